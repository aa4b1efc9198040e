internal import Arbiter
internal import ControlAPI
internal import DequeModule
internal import HostMemory
internal import Linux

/// What lives on the reactor's thread: the polls and the guests.
///
/// Its work per turn does not grow with the number of guests, only with what they do; and each turn is bounded.
final class ReactorState {
    let main: EventPoll
    let urgent: EventPoll
    /// The thread that gives memory back.
    let discards: DiscardLoop
    /// By number; `nil`: not taken.
    private var guests: [Guest?] = []
    private var events: [EventPoll.Event] = []
    private var urgentEvents: [EventPoll.Event] = []
    private var urgentDepth = 0
    /// Guests with requests that are begun or waiting, though no event will tell of them.
    private var ready = Turns()
    private var deadlines = Deadlines()
    /// Questions of the control plane.
    private var mail = Deque<Reactor.Work>()
    /// What the host's guests share; `nil`: each is steered for itself.
    private(set) var shared: SharedArbiter?
    /// Which of the reactors this is.
    let number: Int
    /// How the host is; the first reactor's, and only with a budget.
    private(set) var hostWatch: HostWatch?
    /// Which guests answer, those of all reactors.
    let pulse: HostPulse
    let log: EventLog
    /// What happened to guests under a budget, and is told once all who are to pay have been told.
    var unsaid: [(guest: Int, happenings: [Happening])] = []
    /// Guests that are to pay, whose memory is looked at once all have been told.
    var unlooked: [Int] = []

    // What one turn of the reactor does at most, besides the 64 events that a poll brings: then the polls are looked at
    // again.
    private static let guestsPerTurn = 8
    private static let deadlinesPerTurn = 64
    private static let mailPerTurn = 8
    /// Serving an urgent guest can lead to serving another one in between; not without end.
    private static let deepestUrgent = 4
    private var turns: UInt64 = 0

    init(
        main: consuming EventPoll, urgent: consuming EventPoll, discards: DiscardLoop, pulse: HostPulse, number: Int,
        log: EventLog
    ) {
        self.pulse = pulse
        self.discards = discards
        self.main = main
        self.urgent = urgent
        self.number = number
        self.log = log
    }

    /// Serves one more guest.
    ///
    /// - Returns: its number here.
    func add(_ configuration: GuestConfiguration) throws -> Int {
        let index = guests.firstIndex { $0 == nil } ?? guests.count
        let seat = try seat(for: configuration, guest: index)
        let guest: Guest
        do {
            guest = try Guest(configuration: configuration, index: index, reactor: self, log: log, seat: seat)
        } catch {
            if let seat { shared?.remove(seat) }
            throw error
        }
        if index < guests.count { guests[index] = guest } else { guests.append(guest) }
        return index
    }

    var guestNumbers: Range<Int> { guests.indices }

    /// Lets a guest go.
    func remove(_ index: Int) {
        guard guests.indices.contains(index), let guest = guests[index] else { return }
        guest.close()
        if let seat = guest.steering.seat { shared?.remove(seat) }
        guests[index] = nil
        deadlines.set(index, to: nil)
    }

    /// Does something to a guest, which may change when it is due; `nil`: it is gone.
    @discardableResult
    func with<Result>(_ index: Int, _ body: (Guest) -> Result) -> Result? {
        guard guests.indices.contains(index), let guest = guests[index] else { return nil }
        defer { deadlines.set(index, to: guest.deadline) }
        return body(guest)
    }

    /// Guests share what the host lends them.
    func share(_ shared: SharedArbiter?) {
        self.shared = shared
        guard let shared, number == 0 else { return }
        hostWatch = HostWatch(shared, poll: main)
    }

    /// Answers a question on this thread, after what is at hand.
    func post(_ work: @escaping Reactor.Work) { mail.append(work) }

    /// A guest has work left that no event will announce.
    func remember(_ guest: Int) { ready.append(guest) }

    /// Waits once and deals with what there is.
    func turn(wake: borrowing EventCounter, takeMail: () -> [Reactor.Work]) {
        turns += 1
        events.removeAll(keepingCapacity: true)
        // A poll that fails would fail for ever; there is nothing to serve guests with then.
        do { try main.wait(timeout: timeout(), appendingTo: &events) } catch { return }
        // The urgent poll is one of the descriptors of this one; it may be missing where there are more than fit.
        let isFull = events.count >= EventPoll.mostEvents
        if isFull || events.contains(where: { $0.token == Token.urgent }) { serveUrgent() }
        for event in events {
            switch event.token {
            case Token.wake:
                _ = wake.drain()
                mail.append(contentsOf: takeMail())
            case Token.urgent: break
            case Token.pressure: hostWatch?.look(at: MonotonicClock.now(), main, isBroken: event.isClosed)
            default:
                dispatch(event)
                // A kick is only noted here.
                if !Token.isKick(event.token) { serveUrgent() }
            }
            serveDecisions()
        }
        fireDeadlines()
        serveTurns()
        serveBudget()
        serveDecisions()
        sayUnsaid()
        // Behind the guests: an answer tells of all that came before the question.
        answerMail()
        serveDecisions()
        sayUnsaid()
        tellNews()
    }

    /// Serves the deflate queues that have been kicked, and the sockets by which such a kick may come, if any.
    func serveUrgent() {
        guard urgentDepth < Self.deepestUrgent else { return }
        urgentDepth += 1
        defer { urgentDepth -= 1 }
        urgentEvents.removeAll(keepingCapacity: true)
        do { try urgent.wait(timeout: 0, appendingTo: &urgentEvents) } catch { return }
        for event in urgentEvents { dispatch(event) }
    }

    /// The daemon ends: sockets are removed, connections closed.
    func close() {
        answerAll()
        for guest in guests { guest?.close() }
        // Whoever waited for a guest that is no more.
        answerAll()
        guests = []
    }

    /// Answers all questions: nobody is left without an answer.
    private func answerAll() {
        while let work = mail.popFirst() { work(self) }
    }

    private func dispatch(_ event: EventPoll.Event) {
        let (index, source) = Token.decode(event.token)
        with(index) { guest in
            switch source {
            case .listener: guest.acceptConnection()
            case .socket: guest.socketReady(turn: turns)
            case .kick(let queue): guest.kicked(queue)
            }
        }
    }

    private func fireDeadlines() {
        guard deadlines.first != nil else { return }
        let now = MonotonicClock.now()
        for _ in 0..<Self.deadlinesPerTurn {
            guard let (guest, time) = deadlines.first, time <= now else { return }
            with(guest) { $0.fire(at: now) }
            serveUrgent()
        }
    }

    private func serveTurns() {
        // Nobody has two turns before the polls have been looked at.
        for _ in 0..<min(ready.count, Self.guestsPerTurn) {
            guard let guest = ready.next() else { return }
            with(guest) { $0.serveWaiting() }
            if ready.count > 0 { serveUrgent() }
        }
    }

    private func answerMail() {
        for _ in 0..<Self.mailPerTurn {
            guard let work = mail.popFirst() else { return }
            work(self)
            serveUrgent()
        }
    }

    /// Nanoseconds until something is due; `nil`: nothing is.
    private func timeout() -> UInt64? {
        guard ready.count == 0, mail.isEmpty else { return 0 }
        let first = min(deadlines.first?.time ?? .max, budgetDeadline ?? .max)
        guard first < .max else { return nil }
        let now = MonotonicClock.now()
        return first > now ? first - now : 0
    }
}
