import Balloon
import ControlAPI
import TestSupport
import Testing

@testable import Arbiter
@testable import Service

/// What follows on one another is one story.
@Suite struct SeriesTests {
    private static let second: UInt64 = 1_000_000_000

    @Test("the first target is told at once, the rest when it is quiet, with what was taken meanwhile")
    func targets() {
        var series = TargetSeries()
        series.noteTaken(256)
        let first = series.note(1000, "the first", at: 5)
        #expect(first == .init(target: 1000, reason: "the first", steps: 1, taken: 256))
        #expect(series.deadline == nil)
        for step in 1...9 as ClosedRange<UInt64> {
            series.noteTaken(256)
            #expect(series.note(1000 - step, "taken", at: 5 + step) == nil)
        }
        #expect(series.deadline == 14 + TargetSeries.quiet)
        let joined = series.end(at: 14 + TargetSeries.quiet)
        #expect(joined == .init(target: 991, reason: "taken", steps: 9, taken: 9 * 256))
        #expect(series.deadline == nil && series.end(at: 20 * Self.second) == nil)
        #expect(series.note(500, "later", at: 15 + TargetSeries.quiet)?.steps == 1, "it was quiet")
    }

    @Test("targets that go on and on are told of meanwhile")
    func endless() {
        var series = TargetSeries()
        var told: [TargetSeries.News] = []
        for step in 0..<250 as Range<UInt64> {
            if let news = series.note(step, "drop by drop", at: step * Self.second / 10) { told.append(news) }
        }
        #expect(told.map(\.steps) == [1, 100, 100])
        #expect(series.end(at: 30 * Self.second)?.steps == 49)
    }

    @Test("that the balloon has come to its target is told at once the first time, and then with the targets")
    func reached() {
        var series = TargetSeries()
        _ = series.note(1000, "asked for", at: 0)
        #expect(series.note(2000, "asked for", at: 1) == nil)
        let isFirstHeldBack = series.noteReached(2000)
        #expect(!isFirstHeldBack)
        for step in 3...9 as ClosedRange<UInt64> {
            _ = series.note(1000 * step, "drop by drop", at: step)
            let waits = series.noteReached(1000 * step)
            #expect(waits)
        }
        #expect(series.end(at: 2 * Self.second)?.reached == 9000)
    }

    @Test("something else that is told ends a series")
    func closed() {
        var series = TargetSeries()
        _ = series.note(1000, "asked for", at: 0)
        series.close()
        #expect(series.note(1001, "asked for", at: 1)?.steps == 1)
    }

    private func move(
        _ rule: MoveRule, from payer: Int? = nil, to guest: Int?, _ pages: UInt64, free: Int64 = 0, at time: UInt64
    ) -> NamedMove {
        let move = Move(
            number: time, time: Instant(nanoseconds: time), rule: rule,
            payer: payer.map { GuestHandle(rawValue: $0) }, gainer: guest.map { GuestHandle(rawValue: $0) },
            pages: Pages(pages), price: payer.map { Double($0) / 10 }, free: Pages(free), isCarriedOut: true)
        return NamedMove(move: move, payer: payer.map { "g\($0)" }, gainer: guest.map { "g\($0)" })
    }

    @Test("one burst is one story: how it begins at once, and what became of it when it is quiet")
    func burst() throws {
        var series = MoveSeries()
        let begun = series.add(move(.loan, to: 1, 256, at: 0), at: 0)
        let key = try #require(begun)
        #expect(series[key]?.beginning == "g1 took 1M back unasked", "why, its own alarm tells, if it is one")
        for (payer, time) in [(4, 1), (9, 2), (4, 3)] as [(Int, UInt64)] {
            let begun = series.add(move(.alarm, from: payer, to: 1, 15_360, at: time), at: time)
            #expect(begun == nil)
        }
        let story = try #require(series[key])
        #expect(
            story.beginning
                == "g1 runs out of memory: it took 1M back; asked for it: 120M of g4 (price 0.40), 60M of g9 (price 0.90)"
        )
        for step in 1...41 as ClosedRange<UInt64> {
            let time = step * Self.second / 10
            let free = step < 26 ? Int64(26 - step) * 4096 : 4096
            _ = series.add(move(.alarm, to: 1, 4096, free: free, at: time), at: time)
            if step < 12 { _ = series.add(move(.loan, to: 1, 256, at: time), at: time) }
        }
        let early = series.next(at: 5 * Self.second)
        #expect(early == nil, "it goes on")
        let ended = series.next(at: 7 * Self.second)
        let account = try #require(ended)
        #expect(account.isOver)
        #expect(
            account.story.account(isOver: true)
                == "g1 got 656M in 4.1 s (alarm): 476M of what was free; asked for it: 120M of g4 (price 0.40), 60M of g9 (price 0.90); it took 12M back unasked in 12 steps"
        )
        let told = account.story.move(isOver: true)
        #expect(told.payer == "g4" && told.gainer == "g1" && told.bytes.bytes == 656 << 20 && told.rule == "alarm")
        #expect(told.story?.payers.map(\.bytes.bytes) == [120 << 20, 60 << 20])
        #expect(told.story?.taken.bytes == 12 << 20 && told.story?.seconds == 4.1 && told.story?.steps == 56)
        let more = series.next(at: 60 * Self.second)
        #expect(more == nil && series.deadline == nil)
    }

    @Test("what nobody needs alone is one story by its rule, without a beginning; many payers are a sum")
    func rule() throws {
        var series = MoveSeries()
        let begun = series.add(move(.slack, from: 0, to: nil, 2560, at: 0), at: 0)
        let key = try #require(begun)
        #expect(series[key]?.beginning == nil)
        for payer in 1..<8 {
            _ = series.add(move(.slack, from: payer, to: nil, 256, at: UInt64(payer) * 200_000_000), at: Self.second)
        }
        let other = series.add(move(.overdraft, from: 1, to: nil, 256, at: 5), at: Self.second)
        #expect(other != nil, "another rule is another story")
        let ended = series.next(at: 5 * Self.second)
        let account = try #require(ended)
        #expect(
            account.story.account(isOver: true)
                == "17M were asked for in 1.4 s (slack for bursts): 10M of g0 (price 0.00), 1M of g1 (price 0.10), 1M of g2 (price 0.20), 1M of g3 (price 0.30), 4M of 4 others"
        )
        #expect(account.story.guest == nil && account.story.move(isOver: true).story?.payers.count == 8)
        let second = series.next(at: 5 * Self.second)
        #expect(second?.story.guest == "g1")
    }

    @Test("a story that goes on for minutes is told in parts")
    func parts() {
        var series = MoveSeries()
        var told: [MoveSeries.Account] = []
        for step in 0..<300 as Range<UInt64> {
            let time = step * Self.second / 10
            _ = series.add(move(.alarm, to: 1, 256, free: 256, at: time), at: time)
            while let account = series.next(at: time) { told.append(account) }
        }
        while let account = series.next(at: 40 * Self.second) { told.append(account) }
        #expect(told.map(\.isOver) == [false, false, true])
        #expect(told.reduce(0) { $0 + ($1.story.given?.pages.count ?? 0) } == 300 * 256)
        #expect(Set(told.map(\.story.number)).count == 1)
        let sentences = told.map { $0.story.account(isOver: $0.isOver) }
        #expect(sentences[0].hasPrefix("g1 got 101M in 10.0 s, and it goes on (alarm)"), "\(sentences)")
        #expect(sentences[1].contains("in the next 10.0 s, and it goes on"), "\(sentences)")
    }

    @Test("what would have moved is told so")
    func advice() throws {
        var series = MoveSeries()
        var named = move(.early, from: 2, to: 1, 256, at: 0)
        named.move.isCarriedOut = false
        let begun = series.add(named, at: 0)
        let key = try #require(begun)
        #expect(
            series[key]?.beginning
                == "g1 runs short of memory; it would have been asked for: 1M of g2 (price 0.20)")
        #expect(
            series[key]?.account(isOver: true)
                == "g1 would have got nothing at once (early); it would have been asked for: 1M of g2 (price 0.20)")
    }

    @Test("several grants that are told as one say no more than was free: each of them was covered")
    func grantsAreCovered() throws {
        var series = MoveSeries()
        // 8192 pages each time, as soon as they arrive from a payer; once 100 more were free.
        for (time, free) in [(0, 8192), (1, 8292), (2, 8192), (3, 9000)] as [(UInt64, Int64)] {
            _ = series.add(move(.alarm, to: 4, 8192, free: free, at: time), at: time)
        }
        let last = series.next(at: 5 * Self.second)
        let given = try #require(last?.story.given)
        #expect(given.pages == 32_768)
        #expect(given.free == 32_768, "nothing was left after the second one")
    }

    @Test("no page is lost, and none is told twice", arguments: 0..<20 as Range<UInt64>)
    func sums(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var series = MoveSeries()
        var now: UInt64 = 0
        var moved = (given: Pages(0), taken: Pages(0), asked: Pages(0))
        var told = moved
        func take(_ account: MoveSeries.Account) {
            let move = account.story.move(isOver: account.isOver)
            if move.gainer != nil { told.given += Pages(bytes: move.bytes.bytes) }
            told.taken += Pages(bytes: move.story?.taken.bytes ?? 0)
            for payer in move.story?.payers ?? [] { told.asked += Pages(bytes: payer.bytes.bytes) }
        }
        for _ in 0..<2000 {
            now += UInt64.random(in: 0...(Bool.random(using: &random) ? 1000 : 2_000_000_000), using: &random)
            let pages = UInt64.random(in: 1...10_000, using: &random)
            let guest = Int.random(in: 0..<3, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                moved.taken += Pages(pages)
                _ = series.add(move(.loan, to: guest, pages, at: now), at: now)
            case 1:
                moved.given += Pages(pages)
                let rule = MoveRule.allCases.filter { $0 != .loan }.randomElement(using: &random) ?? .alarm
                _ = series.add(move(rule, to: guest, pages, at: now), at: now)
            case 2:
                moved.asked += Pages(pages)
                _ = series.add(move(.alarm, from: 3 + guest, to: guest, pages, at: now), at: now)
            default:
                moved.asked += Pages(pages)
                let rule = Bool.random(using: &random) ? MoveRule.slack : .overdraft
                _ = series.add(move(rule, from: 3 + guest, to: nil, pages, at: now), at: now)
            }
            while Bool.random(using: &random), let account = series.next(at: now) { take(account) }
        }
        for _ in 0..<10 {
            now += 2 * Self.second
            while let account = series.next(at: now) { take(account) }
        }
        #expect(moved == told, "seed \(seed)")
        #expect(series.deadline == nil, "seed \(seed)")
    }
}
