internal import ControlAPI
internal import Linux

/// What lives on the reactor's thread: the polls and the guests.
final class ReactorState {
    let main: EventPoll
    let urgent: EventPoll
    private(set) var guests: [Guest] = []
    private var events: [EventPoll.Event] = []
    private var urgentEvents: [EventPoll.Event] = []
    /// Guests with requests that are begun or waiting, though no event will tell of them.
    private var unfinished: [Int] = []
    /// What the host's guests share; `nil`: each is steered for itself.
    private(set) var budget: SharedBudget?
    /// Which of the reactors this is.
    let number: Int
    /// How the host is; the first reactor's, and only with a budget.
    private(set) var hostWatch: HostWatch?
    let log: EventLog

    init(main: consuming EventPoll, urgent: consuming EventPoll, number: Int, log: EventLog) {
        self.main = main
        self.urgent = urgent
        self.number = number
        self.log = log
    }

    /// Serves one more guest.
    func add(_ configuration: GuestConfiguration) throws {
        let seat = try seat(for: configuration, guest: guests.count)
        do {
            guests.append(
                try Guest(configuration: configuration, index: guests.count, reactor: self, log: log, seat: seat))
        } catch {
            if let seat { budget?.remove(seat) }
            throw error
        }
    }

    func guest(named name: String) -> Guest? {
        guests.first { $0.configuration.name == name }
    }

    /// Guests share what the host lends them.
    func share(_ budget: SharedBudget?) {
        self.budget = budget
        guard let budget, number == 0 else { return }
        hostWatch = HostWatch(budget, poll: main)
    }

    /// Does something to a guest.
    func with<Result>(_ index: Int, _ body: (Guest) -> Result) -> Result { body(guests[index]) }

    /// A guest has work left that no event will announce.
    func remember(_ guest: Int) {
        if !unfinished.contains(guest) { unfinished.append(guest) }
    }

    /// Waits once and deals with what there is.
    func turn(wake: borrowing EventCounter, mail: () -> [Reactor.Work]) {
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
            case Token.pressure: hostWatch?.look(at: MonotonicClock.now(), isBroken: event.isClosed)
            default: dispatch(event)
            }
            serveUrgent()
            serveChanges()
        }
        let now = MonotonicClock.now()
        for guest in guests where (guest.deadline ?? .max) <= now { guest.fire(at: now) }
        let left = unfinished
        unfinished.removeAll(keepingCapacity: true)
        for index in left { guests[index].serveAll() }
        serveBudget()
    }

    /// Serves the deflate queues that have been kicked, if any.
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
        case .socket: guests[index].receiveMessages()
        case .kick(let queue): guests[index].kicked(queue)
        }
    }

    /// Nanoseconds until something is due; `nil`: nothing is.
    private func timeout() -> UInt64? {
        guard unfinished.isEmpty else { return 0 }
        var first = budgetDeadline
        for guest in guests {
            if let deadline = guest.deadline { first = min(first ?? deadline, deadline) }
        }
        guard let first else { return nil }
        let now = MonotonicClock.now()
        return first > now ? first - now : 0
    }
}
