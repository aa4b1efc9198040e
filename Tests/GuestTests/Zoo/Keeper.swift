import Foundation
import Linux
import Synchronization

/// Looks after one animal, on a thread of its own.
final class Keeper: Sendable {
    typealias Command = @Sendable (AnimalDriver) -> Void

    struct Trouble: Error, CustomStringConvertible {
        let description: String
    }

    /// What the animal's thread is to do, until it ends.
    private struct Box {
        private var commands: [Command]? = []

        mutating func add(_ command: @escaping Command) -> Bool {
            commands?.append(command)
            return commands != nil
        }

        mutating func take() -> [Command] {
            defer { if commands != nil { commands = [] } }
            return commands ?? []
        }

        mutating func end() -> [Command] {
            defer { commands = nil }
            return commands ?? []
        }
    }

    private let commands = Mutex(Box())
    private let failure = Mutex<String?>(nil)
    private let wake: EventCounter
    private let isStopping = Atomic<Bool>(false)
    private let isEnded = Mutex<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    /// Connects the animal's VMM; no driver runs yet.
    init(_ animal: Animal, path: String, isVfio: Bool) throws {
        wake = try EventCounter()
        let ready = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [self] in
            do {
                let driver = try AnimalDriver(animal, path: path, isVfio: isVfio)
                ready.signal()
                run(driver)
                driver.leave()
            } catch {
                failure.withLock { $0 = "\(error)" }
                ready.signal()
            }
            ended.signal()
        }
        ready.wait()
        if let failure = trouble { throw Trouble(description: failure) }
    }

    private func run(_ driver: AnimalDriver) {
        do {
            try look(after: driver)
        } catch {
            failure.withLock { $0 = "\(error)" }
        }
        // Whoever has asked is answered.
        for command in commands.withLock({ $0.end() }) { command(driver) }
    }

    private func look(after driver: AnimalDriver) throws {
        let poll = try EventPoll()
        try poll.add(wake.descriptor.raw, token: 0)
        for descriptor in driver.descriptors { try poll.add(descriptor, token: 1) }
        var events: [EventPoll.Event] = []
        while !isStopping.load(ordering: .acquiring) {
            let work = commands.withLock { $0.take() }
            for command in work { command(driver) }
            let next = try driver.live()
            guard work.isEmpty else { continue }
            let now = MonotonicClock.now()
            if let next, next <= now { continue }
            events.removeAll(keepingCapacity: true)
            try poll.wait(timeout: next.map { $0 - now }, appendingTo: &events)
            // What an animal that stands still does not take stays readable.
            if driver.isStill { Thread.sleep(forTimeInterval: 0.005) }
            _ = wake.drain()
        }
    }

    /// Does something to the animal on its thread.
    func tell<Answer: Sendable>(_ body: @escaping @Sendable (AnimalDriver) throws -> Answer) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = commands.withLock { box in
                box.add { driver in continuation.resume(with: Result { try body(driver) }) }
            }
            guard isTaken else { return continuation.resume(throwing: Trouble(description: "the animal is gone")) }
            wake.signal()
        }
    }

    /// Ends it; its VMM hangs up.
    func stop() {
        guard
            isEnded.withLock({ isEnded in
                defer { isEnded = true }
                return !isEnded
            })
        else { return }
        isStopping.store(true, ordering: .releasing)
        wake.signal()
        ended.wait()
    }

    /// What went wrong on the animal's thread.
    var trouble: String? { failure.withLock { $0 } }
}
