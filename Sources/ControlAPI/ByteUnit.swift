/// A unit of a size, the largest first.
enum ByteUnit: UInt64, CaseIterable {
    case tebi = 0x100_0000_0000
    case gibi = 0x4000_0000
    case mebi = 0x10_0000
    case kibi = 0x400
    case bytes = 1

    /// How many bytes one of it is.
    var bytes: UInt64 { rawValue }

    /// What follows a number: `M`; nothing for bytes.
    var letter: String {
        switch self {
        case .tebi: "T"
        case .gibi: "G"
        case .mebi: "M"
        case .kibi: "K"
        case .bytes: ""
        }
    }

    /// The unit that is meant by `M`, `MB` or `MiB` in any case.
    init?(suffix: String) {
        let suffix = suffix.uppercased()
        if suffix.isEmpty || suffix == "B" {
            self = .bytes
            return
        }
        let names = { (unit: ByteUnit) in [unit.letter, unit.letter + "B", unit.letter + "IB"] }
        guard let unit = Self.allCases.first(where: { $0 != .bytes && names($0).contains(suffix) }) else { return nil }
        self = unit
    }
}
