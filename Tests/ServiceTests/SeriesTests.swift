import Testing

@testable import Arbiter
@testable import Service

/// A starving guest takes 1 MiB after another: there is one event a second of it.
@Suite struct SeriesTests {
    private static let second = TargetSeries.interval

    @Test("in an alarm, targets are told once a second, with what was taken meanwhile")
    func targets() {
        var series = TargetSeries()
        series.noteTaken(256)
        let first = series.note(1000, "the first", isInAlarm: true, at: 5)
        #expect(first == .init(target: 1000, reason: "the first", steps: 1, taken: 256))
        #expect(series.deadline == nil)
        for step in 1...9 as ClosedRange<UInt64> {
            series.noteTaken(256)
            #expect(series.note(1000 - step, "taken", isInAlarm: true, at: 5 + step) == nil)
        }
        #expect(series.deadline == 5 + Self.second)
        let joined = series.end(at: 5 + Self.second)
        #expect(joined == .init(target: 991, reason: "taken", steps: 9, taken: 9 * 256))
        #expect(series.deadline == nil && series.end(at: 6 + Self.second) == nil)
        // The next second begins with what was told last.
        #expect(series.note(500, "again", isInAlarm: true, at: 6 + Self.second) == nil)
        #expect(series.note(400, "late", isInAlarm: true, at: 9 * Self.second)?.steps == 2)
    }

    @Test("outside of an alarm each target is told at once; what waited is told with it")
    func noAlarm() {
        var series = TargetSeries()
        for step in 0..<4 as Range<UInt64> {
            #expect(series.note(step, "asked for", isInAlarm: false, at: step)?.steps == 1)
        }
        #expect(series.note(7, "taken", isInAlarm: true, at: 10) == nil)
        #expect(
            series.note(8, "asked for", isInAlarm: false, at: 11)
                == .init(target: 8, reason: "asked for", steps: 2, taken: 0))
    }

    private func move(_ rule: MoveRule, _ guest: Int, _ pages: UInt64, at time: UInt64) -> Move {
        Move(
            number: time, time: time, rule: rule, payer: nil, gainer: GuestHandle(rawValue: guest), pages: pages,
            price: nil,
            free: 0, isCarriedOut: true)
    }

    @Test("loans of one guest are joined to one a second; no page of them is lost, and nothing else waits")
    func loans() {
        var series = LoanSeries()
        #expect((series.join(move(.loan, 1, 256, at: 0), at: 0) as Bool) == false)
        #expect((series.join(move(.loan, 2, 256, at: 0), at: 1) as Bool) == false, "each guest has its own")
        #expect((series.join(move(.alarm, 1, 256, at: 2), at: 2) as Bool) == false)
        for time in 3..<10 as Range<UInt64> {
            #expect((series.join(move(.loan, 1, 100, at: time), at: time) as Bool) == true)
        }
        #expect(series.next(at: Self.second - 1) == nil)
        let joined = series.next(at: Self.second)
        #expect(joined?.pages == 700 && joined?.time == 3 && joined?.gainer == GuestHandle(rawValue: 1))
        #expect(series.next(at: Self.second + 1) == nil)
        // It goes on: the next second has begun.
        #expect((series.join(move(.loan, 1, 1, at: 0), at: Self.second + 2) as Bool) == true)
        #expect(
            (series.join(move(.loan, 2, 1, at: 0), at: Self.second + 2) as Bool) == false,
            "it has been quiet for a second")
        #expect(series.next(at: 3 * Self.second)?.pages == 1)
        #expect(series.next(at: 9 * Self.second) == nil && series.deadline == nil)
    }
}
