internal import CLinux
internal import Glibc

/// An eventfd: one side signals, the other waits with an ``EventPoll``.
public struct EventCounter: ~Copyable, Sendable {
    public let descriptor: OwnedDescriptor

    public init() throws(SystemError) {
        descriptor = try OwnedDescriptor(clinux_eventfd(), from: "eventfd")
    }

    /// Takes over a counter of our own, or one that is known to be right.
    public init(owning descriptor: consuming OwnedDescriptor) {
        self.descriptor = descriptor
    }

    /// Takes over an eventfd that somebody else made.
    ///
    /// Throws where it is something else: a write to a pipe could block for ever, or end the process.
    public init(adopting descriptor: consuming OwnedDescriptor) throws(SystemError) {
        guard clinux_adopt_eventfd(descriptor.raw) == 0 else { throw .last("eventfd") }
        self.descriptor = descriptor
    }

    /// Adds one. Never blocks: a counter that is full is signalled already.
    public func signal() {
        var one: UInt64 = 1
        _ = write(descriptor.raw, &one, MemoryLayout<UInt64>.size)
    }

    /// Sets the counter to zero.
    ///
    /// - Returns: false where the other side passed something that cannot be read: it would wake us for ever.
    public func drain() -> Bool {
        var count: UInt64 = 0
        let taken = read(descriptor.raw, &count, MemoryLayout<UInt64>.size)
        // 0 is the end of a pipe or socket; `errno` speaks of failures only.
        return taken > 0 || taken < 0 && Glibc.errno == EAGAIN
    }
}
