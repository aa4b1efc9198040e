internal import Linux

/// Where the kicks of one connection's queues are watched.
struct KickWatches {
    private struct Watch {
        let descriptor: CInt
        let isUrgent: Bool
    }

    private unowned let reactor: ReactorState
    private let guest: Int
    /// By queue; `nil`: not watched.
    private var watches = [Watch?](repeating: nil, count: Door.mostQueues)

    /// - Parameter guest: its number at the reactor.
    init(_ reactor: ReactorState, guest: Int) {
        self.reactor = reactor
        self.guest = guest
    }

    /// Whether the kick of a queue is watched before all others; `nil`: it is not watched.
    func isUrgent(_ queue: Int) -> Bool? { watches[queue]?.isUrgent }

    /// Watches the kick of a queue, and no other one of it.
    mutating func watch(_ queue: Int, _ kick: CInt, isUrgent: Bool) throws(SystemError) {
        if let known = watches[queue] {
            if known.descriptor == kick, known.isUrgent == isUrgent { return }
            forget(queue)
        }
        let token = Token.of(guest: guest, .kick(queue: queue))
        if isUrgent {
            try reactor.urgent.add(kick, token: token)
        } else {
            try reactor.main.add(kick, token: token)
        }
        watches[queue] = Watch(descriptor: kick, isUrgent: isUrgent)
    }

    /// Watches the queue no more; to be called before its kick is closed.
    mutating func forget(_ queue: Int) {
        guard let known = watches[queue] else { return }
        stop(known)
        watches[queue] = nil
    }

    /// Watches nothing any more.
    func stop() {
        for case let watch? in watches { stop(watch) }
    }

    private func stop(_ watch: Watch) {
        if watch.isUrgent {
            reactor.urgent.remove(watch.descriptor)
        } else {
            reactor.main.remove(watch.descriptor)
        }
    }
}
