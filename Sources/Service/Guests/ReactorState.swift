internal import ControlAPI
internal import HostMemory
internal import Linux

/// What lives on the reactor's thread: the polls and the guests.
final class ReactorState {
    let main: EventPoll
    let urgent: EventPoll
    /// The thread that gives memory back.
    let discards: DiscardLoop
    private(set) var guests: [Guest] = []
    private var events: [EventPoll.Event] = []
    private var urgentEvents: [EventPoll.Event] = []
    /// Guests with requests that are begun or waiting, though no event will tell of them.
    private var unfinished: [Int] = []
    private var turns: UInt64 = 0

    init(main: consuming EventPoll, urgent: consuming EventPoll, discards: DiscardLoop) {
        self.discards = discards
        self.main = main
        self.urgent = urgent
    }

    func add(_ guest: Guest) {
        guests.append(guest)
    }

    func guest(named name: String) -> Guest? {
        guests.first { $0.configuration.name == name }
    }

    /// A guest has work left that no event will announce.
    func remember(_ guest: Int) {
        if !unfinished.contains(guest) { unfinished.append(guest) }
    }

    /// Waits once and deals with what there is.
    func turn(wake: borrowing EventCounter, mail: () -> [Reactor.Work]) {
        turns += 1
        events.removeAll(keepingCapacity: true)
        // A poll that fails would fail for ever; there is nothing to serve guests with then.
        do { try main.wait(timeout: timeout(), appendingTo: &events) } catch { return }
        serveUrgent()
        for event in events {
            switch event.token {
            case Token.wake:
                _ = wake.drain()
                for work in mail() { work(self) }
            case Token.urgent: break
            default: dispatch(event)
            }
            serveUrgent()
        }
        let now = MonotonicClock.now()
        for guest in guests where (guest.deadline ?? .max) <= now { guest.fire(at: now) }
        let left = unfinished
        unfinished.removeAll(keepingCapacity: true)
        for index in left { guests[index].serveWaiting() }
    }

    /// Serves the deflate queues that have been kicked, and the sockets by which such a kick may come, if any.
    func serveUrgent() {
        urgentEvents.removeAll(keepingCapacity: true)
        do { try urgent.wait(timeout: 0, appendingTo: &urgentEvents) } catch { return }
        for event in urgentEvents { dispatch(event) }
    }

    /// The daemon ends: sockets are removed, connections closed.
    func close() {
        for guest in guests { guest.close() }
        guests = []
    }

    private func dispatch(_ event: EventPoll.Event) {
        let (index, source) = Token.decode(event.token)
        guard index < guests.count else { return }
        switch source {
        case .listener: guests[index].acceptConnection()
        case .socket: guests[index].socketReady(turn: turns)
        case .kick(let queue): guests[index].kicked(queue)
        }
    }

    /// Nanoseconds until something is due; `nil`: nothing is.
    private func timeout() -> UInt64? {
        guard unfinished.isEmpty else { return 0 }
        var first: UInt64?
        for guest in guests {
            if let deadline = guest.deadline { first = min(first ?? deadline, deadline) }
        }
        guard let first else { return nil }
        let now = MonotonicClock.now()
        return first > now ? first - now : 0
    }
}
