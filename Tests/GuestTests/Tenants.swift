import ControlAPI
import Foundation
import Linux
import Load
import Synchronization
import Testing

/// Guests that live with their balloons on a thread of their own.
final class Tenants: Sendable {
    typealias Command = @Sendable ([String: TenantGuest]) -> Void

    private let commands = Mutex<[Command]>([])
    private let failure = Mutex<String?>(nil)
    private let wake: EventCounter
    private let isStopping = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    /// Connects guests by name, in this order.
    ///
    /// - Parameters:
    ///   - balloon: bytes that the first one is to hold before the next one comes.
    ///   - total: what each says that it has; `nil`: all that is shared.
    init(
        _ guests: [(name: String, path: String, size: UInt64, memory: TenantGuest.Memory)], balloon: UInt64 = 0,
        total: UInt64? = nil
    ) throws {
        wake = try EventCounter()
        let ready = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [self] in
            var tenants: [String: TenantGuest] = [:]
            do {
                for guest in guests {
                    tenants[guest.name] = try TenantGuest(
                        path: guest.path, size: guest.size, memory: guest.memory, total: total)
                    if tenants.count == 1 { try Self.fill(tenants, balloon) }
                }
            } catch {
                failure.withLock { $0 = "\(error)" }
            }
            ready.signal()
            run(tenants)
            for tenant in tenants.values { tenant.leave() }
            ended.signal()
        }
        ready.wait()
        if let failure = failure.withLock({ $0 }) {
            stop()
            throw TenantError(description: failure)
        }
    }

    struct TenantError: Error, CustomStringConvertible {
        let description: String
    }

    private static func fill(_ tenants: [String: TenantGuest], _ balloon: UInt64) throws {
        let poll = try EventPoll()
        for tenant in tenants.values {
            for descriptor in tenant.descriptors { try poll.add(descriptor, token: 0) }
        }
        let deadline = MonotonicClock.now() + 20_000_000_000
        var events: [EventPoll.Event] = []
        for tenant in tenants.values {
            while try tenant.work() || UInt64(tenant.held) << 12 < balloon {
                guard MonotonicClock.now() < deadline else {
                    throw TenantError(description: "the balloon does not fill")
                }
                try poll.wait(timeout: 100_000_000, appendingTo: &events)
            }
        }
    }

    private func run(_ tenants: [String: TenantGuest]) {
        do {
            let poll = try EventPoll()
            try poll.add(wake.descriptor.raw, token: 0)
            for tenant in tenants.values {
                for descriptor in tenant.descriptors { try poll.add(descriptor, token: 1) }
            }
            var events: [EventPoll.Event] = []
            while !isStopping.load(ordering: .acquiring) {
                for tenant in tenants.values { try tenant.work() }
                let work = commands.withLock { box in
                    defer { box = [] }
                    return box
                }
                for command in work { command(tenants) }
                guard work.isEmpty else { continue }
                events.removeAll(keepingCapacity: true)
                try poll.wait(timeout: nil, appendingTo: &events)
                _ = wake.drain()
            }
        } catch {
            failure.withLock { $0 = "\(error)" }
        }
    }

    /// Does something to a guest on its thread.
    func tell<Answer: Sendable>(
        _ name: String, _ body: @escaping @Sendable (TenantGuest) throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            commands.withLock { box in
                box.append { tenants in
                    continuation.resume(
                        with: Result {
                            guard let tenant = tenants[name] else {
                                throw TenantError(description: "no tenant \(name)")
                            }
                            return try body(tenant)
                        })
                }
            }
            wake.signal()
        }
    }

    func stop() {
        isStopping.store(true, ordering: .releasing)
        wake.signal()
        ended.wait()
    }

    /// What went wrong on the guests' thread.
    var trouble: String? { failure.withLock { $0 } }
}
