import Arbiter
import Balloon
import ControlAPI
import Linux
import Testing

@testable import Service

/// What a plan says is what its steps are.
@Suite struct PlanTests {
    /// Two guests of 1 GiB on 1.5 GiB, both with plenty; nobody has been asked for anything yet.
    private func snapshot(_ mode: HostMode = .on) throws -> BudgetSnapshot {
        let now = MonotonicClock.instant()
        var host = try HostArbiter(budget: .mebibytes(1536), mode: .paused)
        let limits = try GuestLimits(min: .mebibytes(64), max: .mebibytes(1024))
        var set = BalloonStatistics()
        set[.availableMemory] = 900 << 20
        set[.freeMemory] = 900 << 20
        set[.totalMemory] = 1024 << 20
        for _ in 0..<2 {
            let guest = try host.add(limits, at: now)
            _ = host.handle(.driverStarted(isFresh: true, hasStatistics: true), of: guest, at: now, held: 0)
        }
        host.set(mode: mode, at: now)
        for guest in 0..<2 {
            _ = host.handle(.statistics(set), of: GuestHandle(rawValue: guest), at: now, held: 0)
        }
        return BudgetSnapshot(arbiter: host.snapshot(), reactions: ReactionTimes(), names: ["web1", "db"])
    }

    @Test("a plan for what a guest may see already does not say that nothing would happen where something would")
    func alreadyThere() throws {
        let plan = try snapshot(.watch).plan(needing: ("web1", 900 << 20))
        #expect(!plan.steps.isEmpty)
        #expect(plan.message.hasPrefix("web1 is promised 1G already; what would happen whatever it needs: "))
        #expect(plan.message.contains(" would pay, in this order"))
        #expect(plan.message.hasSuffix("(in mode on; now it is watch)"))
        #expect(!plan.message.contains("nothing would happen"))
    }

    @Test("where there is nothing to do it says so, and names no mode")
    func nothing() throws {
        let now = MonotonicClock.instant()
        var host = try HostArbiter(budget: .mebibytes(4096))
        _ = try host.add(try GuestLimits(min: .mebibytes(64), max: .mebibytes(1024)), at: now)
        let snapshot = BudgetSnapshot(arbiter: host.snapshot(), reactions: ReactionTimes(), names: ["web1"])
        let plan = snapshot.plan(needing: ("web1", 900 << 20))
        #expect(plan.message == "web1 is promised 1G already; nothing would happen")
        #expect(snapshot.plan().message == "nothing would happen")
    }

    @Test("what is asked of guests by a smaller budget is said by the mode")
    func edit() throws {
        for mode in [HostMode.on, .watch, .paused] {
            var host = try snapshot(mode).arbiter
            let edit = try host.set(budget: .size(ByteSize(1 << 30)), at: MonotonicClock.instant())
            #expect(edit.sentence.contains("which is asked of them") == (mode == .on))
            #expect(edit.sentence.contains("asked of nobody in mode") == (mode != .on))
        }
    }
}
