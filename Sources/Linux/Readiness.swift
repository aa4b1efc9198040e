internal import Glibc

/// Waiting for a single descriptor, for probes and tests. The daemon waits with an ``EventPoll``.
public enum Readiness {
    /// Blocks until the descriptor can be read, or its other side has closed.
    ///
    /// - Parameter deadline: of the ``MonotonicClock`` (ns).
    /// - Returns: false if the deadline passed first.
    public static func awaitReadable(_ descriptor: CInt, until deadline: UInt64) throws(SystemError) -> Bool {
        try block(descriptor, CShort(POLLIN), until: deadline)
    }

    /// Blocks until the descriptor can be written, or its other side has closed.
    public static func awaitWritable(_ descriptor: CInt, until deadline: UInt64) throws(SystemError) -> Bool {
        try block(descriptor, CShort(POLLOUT), until: deadline)
    }

    private static func block(
        _ descriptor: CInt, _ events: CShort, until deadline: UInt64
    ) throws(SystemError) -> Bool {
        while true {
            var entry = pollfd(fd: descriptor, events: events, revents: 0)
            let now = MonotonicClock.now()
            let left = deadline > now ? deadline - now : 0
            // Rounded up: a wake-up too early would have to be repeated.
            let milliseconds = CInt(clamping: left / 1_000_000 + (left % 1_000_000 == 0 ? 0 : 1))
            let count = poll(&entry, 1, milliseconds)
            if count > 0 { return true }
            if count == 0 {
                if MonotonicClock.now() >= deadline { return false }
            } else if Glibc.errno != EINTR {
                throw .last("poll")
            }
        }
    }
}
