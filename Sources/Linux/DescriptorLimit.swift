internal import CLinux

/// How many files this process may have open (RLIMIT_NOFILE).
public struct DescriptorLimit: Sendable, Equatable {
    /// The limit that counts.
    public let now: UInt64
    /// What the process may raise it to by itself.
    public let most: UInt64

    public init(now: UInt64, most: UInt64) {
        self.now = now
        self.most = most
    }

    public static func current() throws(SystemError) -> DescriptorLimit {
        var now: UInt64 = 0
        var most: UInt64 = 0
        guard clinux_descriptor_limit(&now, &most) == 0 else { throw .last("getrlimit(RLIMIT_NOFILE)") }
        return DescriptorLimit(now: now, most: most)
    }

    /// Raises the limit as far as it goes.
    public static func raise() throws(SystemError) {
        guard clinux_raise_descriptor_limit() == 0 else { throw .last("setrlimit(RLIMIT_NOFILE)") }
    }
}
