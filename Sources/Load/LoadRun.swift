import Foundation
import Linux
import Synchronization

/// One load: many simulated guests before vhost-user devices, at full speed.
public final class LoadRun: Sendable {
    private let configuration: LoadConfiguration
    private let stopEvent: EventCounter
    private let progress: [LoadProgress]

    /// - Throws: ``LoadError`` where numbers do not fit together.
    public init(_ configuration: LoadConfiguration) throws(LoadError) {
        let guests = configuration.sockets.count
        guard guests > 0 else { throw LoadError("a load needs a socket") }
        guard guests <= LoadConfiguration.guestLimit else {
            throw LoadError("\(guests) guests are more than the \(LoadConfiguration.guestLimit) of one process")
        }
        guard Set(configuration.sockets).count == guests else {
            throw LoadError("a socket is named twice: a device has one guest")
        }
        guard (0...guests).contains(configuration.victims) else {
            throw LoadError("\(configuration.victims) victims among \(guests) guests")
        }
        guard (1...64).contains(configuration.messagesInFlight) else {
            throw LoadError("\(configuration.messagesInFlight) messages in flight: it is 1 to 64")
        }
        self.configuration = configuration
        do throws(SystemError) {
            stopEvent = try EventCounter()
            var progress: [LoadProgress] = []
            for _ in 0..<Self.share(configuration).count { progress.append(try LoadProgress()) }
            self.progress = progress
        } catch {
            throw LoadError(error.description)
        }
    }

    /// Ends the load early; what was measured so far is reported. May be called on any thread, at any time.
    public func stop() { stopEvent.signal() }

    /// Messages answered so far. May be read on any thread, at any time.
    public var messages: UInt64 { progress.reduce(0) { $0 + $1.count } }

    /// Connects all guests and lets them run for the time that was asked for; blocks.
    public func run() throws(LoadError) -> LoadReport {
        let workers = try connect()
        let tally = Mutex(LoadTally())
        let start = MonotonicClock.now()
        let running = DispatchGroup()
        for worker in workers {
            running.enter()
            // Made here, and used on its thread alone.
            nonisolated(unsafe) let worker = worker
            let thread = Thread {
                let result = worker.run()
                tally.withLock { $0.add(result) }
                running.leave()
            }
            thread.name = "load"
            thread.start()
        }
        let limit = configuration.seconds.map { UInt64(max(0, min($0, 1e9)) * 1e9) }
        let deadline = limit.map { start &+ $0 } ?? .max
        // All have failed before the time was over.
        running.notify(queue: .global()) { [self] in stop() }
        do throws(SystemError) {
            _ = try Readiness.awaitReadable(stopEvent.descriptor.raw, until: deadline)
        } catch {
            tally.withLock { $0.failures.append(error.description) }
        }
        let seconds = Double(MonotonicClock.now() &- start) / 1e9
        for part in progress { part.stop.signal() }
        running.wait()
        return LoadReport(configuration, threads: workers.count, seconds: seconds, tally.withLock { $0 })
    }

    private func connect() throws(LoadError) -> [LoadWorker] {
        var workers: [LoadWorker] = []
        for (numbers, part) in zip(Self.share(configuration), progress) {
            workers.append(try LoadWorker(configuration, numbers, part))
        }
        return workers
    }

    /// The guests of each thread, dealt out like cards. Victims have a thread of their own, as they would be virtual
    /// machines of their own: what is measured of them is not how busy ours are with others.
    private static func share(_ configuration: LoadConfiguration) -> [[Int]] {
        let guests = configuration.sockets.count
        let others = Array(configuration.victims..<guests)
        let threads = min(max(1, configuration.threads), others.count)
        var shares = (0..<threads).map { first in
            stride(from: first, to: others.count, by: threads).map { others[$0] }
        }
        if configuration.victims > 0 { shares.insert(Array(0..<configuration.victims), at: 0) }
        return shares
    }
}
