import Foundation
import Testing
import Virtio

/// Device against driver, under schedules that no real machine would be so unkind to keep (spec D10 to D14, D16, D30,
/// D34, D36, D38, D39).
///
/// A million steps; `AEROSTAT_SCHEDULE_STEPS` asks for another number, `AEROSTAT_SCHEDULE_SEED` for one schedule alone.
@Suite struct ScheduleTests {
    private static let perSchedule = 12500
    private static let environment = ProcessInfo.processInfo.environment
    private static var steps: Int { environment["AEROSTAT_SCHEDULE_STEPS"].flatMap(Int.init) ?? 1_000_000 }

    private static var seeds: [UInt64] {
        if let seed = environment["AEROSTAT_SCHEDULE_SEED"].flatMap(UInt64.init) { return [seed] }
        return (0..<UInt64(max(1, steps / perSchedule))).map { $0 + 1 }
    }

    @Test("driver and device agree after every step", arguments: seeds)
    func agrees(seed: UInt64) throws {
        // Every other schedule on packed rings.
        let kind: RingKind = seed % 2 == 0 ? .packed : .split
        var schedule = try Schedule(seed: seed, kind)
        try schedule.start()
        #expect(schedule.ringKind == kind)
        for _ in 0..<Self.perSchedule {
            schedule.step()
            if schedule.wrong != nil { break }
        }
        if schedule.wrong == nil { try schedule.finish() }
        #expect(schedule.wrong == nil)
    }
}
