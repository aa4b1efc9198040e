/// How far a guest is that was asked which of its memory is free. Until it has all of it back, it looks short of memory.
enum HintRound {
    /// How long a guest may take (ns): Linux hints some GiB a second. What takes longer is ended, since all memory that is free
    /// lies in the driver's hands meanwhile.
    static let patience: UInt64 = 30_000_000_000
    /// How long a driver takes to give its guest the memory back (ns).
    private static let returnTime: UInt64 = 500_000_000

    /// ns, monotonic.
    case underWay(until: UInt64)
    /// ns, monotonic.
    case over(since: UInt64)

    /// ns, monotonic.
    var deadline: UInt64 {
        switch self {
        case .underWay(let until): until
        case .over(let since): since + Self.returnTime
        }
    }
}
