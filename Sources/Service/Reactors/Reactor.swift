internal import Foundation
internal import HostMemory
internal import Linux
internal import Synchronization

/// A thread that serves guests: it waits for sockets, kicks and deadlines, and does all work on them itself.
///
/// Guests are confined to it. The control plane hands it closures through a mailbox; they are rare. Deflate queues are
/// watched by a second, urgent poll that is looked at between any two pieces of other work: a guest that is out of
/// memory waits for nobody else's discard.
final class Reactor: Sendable {
    typealias Work = @Sendable (ReactorState) -> Void

    private let mailbox = Mutex<[Work]>([])
    private let isStopping = Atomic<Bool>(false)
    /// Signalled when a thread has ended.
    private let ended = DispatchSemaphore(value: 0)
    /// What the second thread does: memory is given back while this one serves guests.
    private let discards = DiscardLoop()

    private static let discardNiceness = 5
    /// Which of the reactors it is.
    let number: Int
    private let log: EventLog
    /// What wakes the thread, also for what others decided.
    let doorbell: Doorbell
    /// The processor that the thread keeps to; `nil`: any.
    private let processor: Int?

    init(number: Int = 0, log: EventLog, processor: Int? = nil) throws(SystemError) {
        self.number = number
        self.log = log
        self.processor = processor
        doorbell = Doorbell(wake: try EventCounter())
    }

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - shared: the arbiter that the guests of all reactors share; `nil`: each guest has its own.
    ///   - pulse: which guests answer, those of all reactors.
    func start(sharing shared: SharedArbiter? = nil, pulse: HostPulse = HostPulse()) throws(SystemError) {
        let main = try EventPoll()
        let urgent = try EventPoll()
        try main.add(doorbell.wake.descriptor.raw, token: Token.wake)
        try main.add(urgent.descriptor.raw, token: Token.urgent)
        let state = ReactorState(main: main, urgent: urgent, discards: discards, pulse: pulse, number: number, log: log)
        state.share(shared)
        // The state is made here and used on the thread alone.
        nonisolated(unsafe) let confined = state
        startThread("reactor") { [self] in
            // What a queue's service touches stays in one processor's cache. Where it is refused, it works all the same.
            if let processor { try? Processors.pinThread(to: processor) }
            run(confined)
        }
        startThread("discard") { [discards] in
            // Guests wait for the other threads, and for this one only where too much is pending.
            try? Processors.yieldPriority(niceness: Self.discardNiceness)
            discards.run()
        }
    }

    private func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread { [ended] in
            body()
            ended.signal()
        }
        thread.name = name
        thread.start()
    }

    /// Runs `work` on the reactor's thread, soon. May be called from any thread.
    func submit(_ work: @escaping Work) {
        mailbox.withLock { $0.append(work) }
        doorbell.wake.signal()
    }

    /// Runs `body` on the reactor's thread and waits for its answer.
    func ask<Answer: Sendable>(_ body: @escaping @Sendable (ReactorState) -> Answer) async -> Answer {
        await withCheckedContinuation { continuation in
            submit { continuation.resume(returning: body($0)) }
        }
    }

    /// Tells the reactor to end after the work at hand.
    func endSoon() {
        isStopping.store(true, ordering: .releasing)
        doorbell.wake.signal()
    }

    /// Ends the threads after the work at hand, and waits for them.
    func stop() {
        endSoon()
        // The first to end is the reactor: it leaves nothing pending behind.
        ended.wait()
        discards.stop()
        ended.wait()
    }

    private func run(_ state: ReactorState) {
        while !isStopping.load(ordering: .acquiring) {
            state.turn(wake: doorbell.wake) {
                mailbox.withLock { box in
                    defer { box.removeAll() }
                    return box
                }
            }
        }
        state.close()
    }
}
