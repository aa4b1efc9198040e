import Arbiter
import Balloon
import ControlAPI
import HostSignals
import Linux
import Testing

@testable import Service

/// The arbiter that reactors share.
@Suite struct SharedArbiterTests {
    /// Guests of 1 GiB on a budget that is enough for all.
    private func arbiter(guests count: Int) throws -> (SharedArbiter, [Seat]) {
        let pages = Pages.mebibytes(1024)
        let arbiter = try HostArbiter(budget: count * pages)
        let shared = SharedArbiter(arbiter, doorbells: [Doorbell(wake: try EventCounter())])
        let limits = try GuestLimits(min: pages / 8, max: pages)
        let seats = try (0..<count).map { try shared.add("g\($0)", limits, reactor: 0, guest: $0) }
        for seat in seats {
            seat.shared.set(isPresent: true, of: seat.handle)
            _ = seat.shared.handle(.driverStarted(isFresh: true, hasStatistics: true), of: seat.handle, held: 0)
        }
        return (shared, seats)
    }

    private func time(_ body: () throws -> Void) rethrows -> UInt64 {
        let start = MonotonicClock.now()
        try body()
        return MonotonicClock.now() - start
    }

    @Test("looking at 10,000 guests holds nobody up: neither the snapshot, nor the event after it")
    func lookingIsCheap() throws {
        let (shared, seats) = try arbiter(guests: 10_000)
        var held = UInt64.max
        var after = UInt64.max
        var looked = UInt64.max
        for round in 0..<20 {
            var snapshot: BudgetSnapshot?
            held = min(held, time { snapshot = shared.snapshot() })
            after = min(after, time { _ = shared.handle(.progress, of: seats[round * 400].handle, held: 0) })
            guard round < 5, let snapshot else { continue }
            looked = min(
                looked,
                try time { try #require(snapshot.status(host: HostReading(), missing: []).guests.count == 10_000) })
        }
        print(
            "10,000 guests: lock held \(held) ns for a snapshot, \(after) ns by the event after it; looked at in \(looked) ns"
        )
        #expect((held + after) * 20 < looked)
    }

    @Test("a snapshot is of one moment: what guests see is what the ledger says, whatever goes on meanwhile")
    func isOneMoment() throws {
        let (shared, seats) = try arbiter(guests: 100)
        let snapshot = shared.snapshot()
        for seat in seats.prefix(50) { shared.remove(seat) }
        let status = snapshot.status(host: HostReading(), missing: [])
        #expect(status.guests.map(\.name) == (0..<100).map { "g\($0)" })
        #expect(status.guests.reduce(0) { $0 + $1.promised.bytes } == status.promised.bytes)
        let after = shared.snapshot().status(host: HostReading(), missing: [])
        #expect(after.guests.count == 50 && after.promised.bytes == status.promised.bytes / 2)
    }

    @Test("the cgroup of all VMMs follows those that come, go and move")
    func commonGroup() throws {
        let (shared, seats) = try arbiter(guests: 3)
        #expect(shared.commonGroup() == nil)
        func group(_ path: String) -> MemoryCgroup? { MemoryCgroup(of: "0::/\(path)") }
        for (seat, name) in zip(seats, ["a", "b", "c"]) { shared.note(group("machine/\(name)"), of: seat.handle) }
        #expect(shared.commonGroup() == group("machine"))
        shared.note(group("other"), of: seats[2].handle)
        #expect(shared.commonGroup()?.parts == [])
        shared.set(isPresent: false, of: seats[2].handle)
        #expect(shared.commonGroup() == group("machine"))
        shared.remove(seats[1])
        #expect(shared.commonGroup() == group("machine/a"))
        #expect(shared.commonGroup() == group("machine/a"), "nothing has changed")
    }
}
