import ConformanceChecks
import Balloon
import ControlAPI
import Linux
import Synchronization
import Testing
import VhostUser

/// A flooding guest beside a quiet one, on one reactor. What the quiet one waits for is counted in the flooder's steps,
/// not in time: a busy machine makes both slower. One at a time, and on threads of their own: other tests have deadlines.
@Suite(.serialized) struct FairnessTests {
    private static let rounds: UInt32 = 31
    /// What counts is the round at the lower quarter: a test's thread that sees its answer late makes a round longer.
    private static let quarter = 7

    /// The flooder's messages that were served while the quiet guest waited for one of its own, round by round.
    private func steps(of role: QueueRole, beside flooded: QueueRole) async throws -> [Int] {
        var steps: [Int] = []
        try await House.with(["evil", "good"], reactors: 1) { house in
            let good = try TestGuest(house.socket("good"))
            try good.load()
            let evil = try TestGuest(house.socket("evil"))
            try evil.load()
            let flood = try Flood(evil.ring(flooded), flooded)
            let stop = Flag()
            async let flooding: Void = blocking { try flood.run(until: stop) }
            try await flood.begun.wait()
            steps = try await blocking {
                try (0..<Self.rounds).map { round in
                    let before = try flood.served
                    if role == .deflate { try good.deflate([4200 + round]) } else { try good.inflate([4200 + round]) }
                    return Int(try flood.served &- before)
                }
            }
            stop.set()
            try await flooding
        }
        steps.sort()
        print("\(role) beside a flood of \(flooded): \(steps[Self.quarter]) steps, at most \(steps.last ?? 0)")
        return steps
    }

    /// A deflation waits for the step at hand.
    @Test(arguments: [QueueRole.inflate, .reporting])
    func deflateWaitsForOneStepOfAFlood(flooded: QueueRole) async throws {
        #expect(try await steps(of: .deflate, beside: flooded)[Self.quarter] <= 4)
    }

    /// A guest that floods the urgent queue gets its urgent steps, and then waits for its turn like others.
    @Test(arguments: [QueueRole.inflate, .deflate])
    func floodOfDeflations(role: QueueRole) async throws {
        #expect(try await steps(of: role, beside: .deflate)[Self.quarter] <= 40)
    }

    @Test func inflateWaitsForATurnOfAFlood() async throws {
        #expect(try await steps(of: .inflate, beside: .inflate)[Self.quarter] <= 40)
    }

    /// Connections that come to nothing, again and again, from eight at once.
    @Test func floodOfConnections() async throws {
        try await House.with(["evil", "good"], reactors: 1) { house in
            let good = try TestGuest(house.socket("good"))
            try good.load()
            let stop = Flag()
            let path = house.socket("evil")
            let begun = try Beginning()
            async let flood: Void = blocking {
                while !stop.isSet {
                    begun.signal()
                    // A queue that is full refuses: that is what it is for.
                    let connections = (0..<8).map { _ in try? VhostUserFrontEnd(path: path) }
                    _ = connections.count
                }
            }
            try await begun.wait()
            try await blocking {
                for round in 0..<Self.rounds {
                    try good.inflate([4200 + round])
                    try good.deflate([4200 + round])
                }
            }
            stop.set()
            try await flood
            // It is let rest, and says so little that the other guest's events are still remembered.
            #expect(house.count(.driverReady, of: "good") == 1)
        }
    }

    /// Memory laid out anew, again and again, which is the dearest message there is.
    @Test func floodOfMemoryTables() async throws {
        try await House.with(["evil", "good"], reactors: 1) { house in
            let good = try TestGuest(house.socket("good"))
            try good.load()
            let evil = try TestGuest(house.socket("evil"), extensions: [.multipleQueues])
            try evil.load()
            let stop = Flag()
            let tables = Count()
            let begun = try Beginning()
            async let flood: Void = blocking {
                while !stop.isSet {
                    begun.signal()
                    try evil.front.share(evil.memory)
                    tables.add()
                }
            }
            try await begun.wait()
            let messages = try await blocking {
                try (0..<Self.rounds).map { round in
                    let before = tables.now
                    try good.deflate([4200 + round])
                    return tables.now - before
                }
            }.sorted()
            stop.set()
            try await flood
            print("deflate beside memory tables: \(messages[Self.quarter]) messages, at most \(messages.last ?? 0)")
            #expect(messages[Self.quarter] <= 4)
        }
    }
}

/// A driver that keeps its ring full, whatever is returned.
private final class Flood: Sendable {
    // The driver's side is one thread's; the used index is read by two.
    private nonisolated(unsafe) let ring: RawRing

    let begun: Beginning

    init(_ ring: RawRing, _ role: QueueRole) throws {
        self.ring = ring
        begun = try Beginning()
        if role == .reporting {
            try ring.describe(0, address: 16 << 20, length: 4 << 20, flags: RawRing.Flags.write)
        } else {
            // No two pages that could be joined.
            try ring.describe(0, address: ring.buffer, length: 1024)
            try ring.fill(TestGuest.bytes((0..<256).map { 5000 + 2 * $0 }))
        }
    }

    var served: UInt16 { get throws { try ring.usedIndex() } }

    func run(until stop: Flag) throws {
        var index: UInt16 = 0
        while !stop.isSet {
            let used = try ring.usedIndex()
            if used &+ 128 != index {
                index = used &+ 128
                try ring.publish(index)
                ring.kick()
                if used > 256 { begun.signal() }
            }
            _ = try ring.awaitHeads(1, within: 1_000_000)
        }
    }
}

/// A flood has begun: its thread runs, and the reactor is busy with it.
private final class Beginning: Sendable {
    private let event: EventCounter

    init() throws { event = try EventCounter() }

    func signal() { event.signal() }

    func wait() async throws {
        let descriptor = event.descriptor.raw
        let isThere = try await blocking {
            try Readiness.awaitReadable(descriptor, until: MonotonicClock.now() + 10_000_000_000)
        }
        #expect(isThere)
    }
}

private final class Count: Sendable {
    private let value = Atomic<Int>(0)
    var now: Int { value.load(ordering: .relaxed) }
    func add() { value.add(1, ordering: .relaxed) }
}
