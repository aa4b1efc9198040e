internal import CLinux

/// An epoll instance. A token tells which registration an event belongs to.
public struct EventPoll: ~Copyable, Sendable {
    public struct Event: Sendable {
        public let token: UInt64
        public let isReadable: Bool
        /// The other side closed, or the descriptor is broken.
        public let isClosed: Bool
    }

    /// How many events one ``wait(timeout:appendingTo:)`` brings at most.
    public static let mostEvents = 64

    public let descriptor: OwnedDescriptor

    public init() throws(SystemError) {
        descriptor = try OwnedDescriptor(clinux_epoll_create(), from: "epoll_create1")
    }

    public func add(_ descriptor: CInt, token: UInt64, watchingHangup: Bool = false) throws(SystemError) {
        let events = clinux_epoll_in | (watchingHangup ? clinux_epoll_hangup : 0)
        guard clinux_epoll_add(self.descriptor.raw, descriptor, events, token) == 0 else { throw .last("epoll_ctl") }
    }

    /// Watches a descriptor that tells of something by being urgently readable, as a PSI trigger does.
    public func addUrgent(_ descriptor: CInt, token: UInt64) throws(SystemError) {
        guard clinux_epoll_add(self.descriptor.raw, descriptor, clinux_epoll_priority, token) == 0 else {
            throw .last("epoll_ctl")
        }
    }

    /// Forgets a descriptor. A descriptor must be removed before it is closed where a copy of it lives elsewhere.
    public func remove(_ descriptor: CInt) {
        _ = clinux_epoll_remove(self.descriptor.raw, descriptor)
    }

    /// Waits until something happens and appends it to `events`, at most ``mostEvents`` at once.
    ///
    /// - Parameter timeout: nanoseconds; `nil` waits without limit.
    public func wait(timeout: UInt64?, appendingTo events: inout [Event]) throws(SystemError) {
        let limit = timeout.map { Int64(clamping: $0) } ?? -1
        let most = Self.mostEvents
        let failure = withUnsafeTemporaryAllocation(of: clinux_event.self, capacity: most) { buffer -> SystemError? in
            let count = clinux_epoll_wait(descriptor.raw, buffer.baseAddress, CInt(most), limit)
            guard count >= 0 else { return .last("epoll_wait") }
            for event in buffer.prefix(Int(count)) {
                events.append(
                    Event(
                        token: event.token, isReadable: event.events & clinux_epoll_in != 0,
                        isClosed: event.events & clinux_epoll_hangup != 0))
            }
            return nil
        }
        if let failure { throw failure }
    }
}
