/// How short of memory the host itself is.
public enum HostPressure: Int, Sendable, Codable, Comparable {
    case calm
    /// Free memory that lies in guests is to go to the host.
    case some
    /// The budget is tightened, too.
    case full

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
