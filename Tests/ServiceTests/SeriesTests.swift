import Balloon
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
            number: time, time: Instant(nanoseconds: time), rule: rule, payer: nil,
            gainer: GuestHandle(rawValue: guest), pages: Pages(pages),
            price: nil,
            free: 0, isCarriedOut: true)
    }

    @Test(
        "what one guest takes, and what it is given, is told once a second; no page of it is lost, and nothing else waits"
    )
    func moves() {
        var series = MoveSeries()
        func waits(_ rule: MoveRule, _ guest: Int, _ pages: UInt64, at now: UInt64) -> Bool {
            series.join(move(rule, guest, pages, at: now), at: now)
        }
        #expect(!waits(.loan, 1, 256, at: 0))
        #expect(!waits(.loan, 2, 256, at: 1), "each guest has its own")
        #expect(!waits(.alarm, 1, 256, at: 2), "what is given is another matter")
        for time in 3..<10 as Range<UInt64> {
            #expect(waits(.loan, 1, 100, at: time))
            #expect(waits(.alarm, 1, 50, at: time))
        }
        var payment = move(.alarm, 1, 256, at: 4)
        payment.payer = GuestHandle(rawValue: 3)
        let paymentWaits = series.join(payment, at: 4)
        #expect(!paymentWaits, "who pays is told at once")
        #expect(series.next(at: Self.second - 1) == nil)
        let loan = series.next(at: Self.second + 2)
        #expect(
            loan?.move.pages == 700 && loan?.steps == 7 && loan?.move.time.nanoseconds == 3 && loan?.move.rule == .loan)
        let given = series.next(at: Self.second + 2)
        #expect(given?.move.pages == 350 && given?.steps == 7 && given?.move.rule == .alarm)
        #expect(series.next(at: Self.second + 3) == nil)
        // It goes on: the next second has begun.
        #expect(waits(.loan, 1, 1, at: Self.second + 4))
        #expect(!waits(.loan, 2, 1, at: Self.second + 4), "it has been quiet for a second")
        #expect(series.next(at: 3 * Self.second)?.move.pages == 1)
        #expect(series.next(at: 9 * Self.second) == nil && series.deadline == nil)
    }

    @Test("several grants that are told as one say no more than was free: each of them was covered")
    func grantsAreCovered() {
        var series = MoveSeries()
        func grant(_ pages: UInt64, of free: Int64, at time: UInt64) -> Move {
            var move = move(.alarm, 4, pages, at: time)
            move.free = Pages(free)
            return move
        }
        let isFirstHeldBack = series.join(grant(8192, of: 8192, at: 0), at: 0)
        #expect(!isFirstHeldBack)
        // 8192 pages each time, as soon as they arrive from a payer; once 100 more were free.
        for (time, free) in [(1, 8292), (2, 8192), (3, 9000)] as [(UInt64, Int64)] {
            let waits = series.join(grant(8192, of: free, at: time), at: time)
            #expect(waits)
        }
        let joined = series.next(at: Self.second)?.move
        #expect(joined?.pages == 24_576)
        #expect(joined?.free == 24_576, "nothing was left after the second one")
    }
}
