import Arbiter
import Balloon
import Testing

@Suite struct InflationTests {
    @Test("nothing asked, nothing done")
    func nothing() {
        var bench = ArbiterBench()
        #expect(bench.state == .idle)
        let decision = bench.start()
        #expect(bench.state == .settled)
        #expect(!decision.interrupt && bench.target == 0 && bench.arbiter.wakeAt == nil)
    }

    @Test("deflate-on-oom 10: the guest is asked before the first page is")
    func asksFirst() {
        var bench = ArbiterBench()
        bench.start()
        let decision = bench.request(512)
        #expect(decision.requestStatistics && !decision.interrupt)
        #expect(bench.state == .inflating && bench.target == 0)
        #expect(bench.arbiter.wakeAt != nil)
        let step = bench.answer(available: 900)
        #expect(step.interrupt)
        #expect(bench.target == 512)
    }

    @Test("deflate-on-oom 10: steps are bounded by what is available, less a reserve")
    func steps() {
        var bench = ArbiterBench()
        bench.start()
        bench.request(512)
        bench.answer(available: 300)
        #expect(bench.target == 268, "32 MiB are left to it")
        bench.held = 200 * mebibyte
        #expect(bench.send(.progress) == Decision.none, "the step goes on")
        bench.held = 268 * mebibyte
        #expect(bench.send(.progress).requestStatistics)
        bench.answer(available: 100)
        #expect(bench.target == 336)
        bench.held = 336 * mebibyte
        bench.send(.progress)
        bench.answer(available: 400)
        bench.held = bench.arbiter.target
        bench.send(.progress)
        #expect(bench.state == .settled && bench.target == 512)
        #expect(bench.happenings.contains(.targetReached(pages: 512 * mebibyte)))
        #expect(bench.arbiter.wakeAt == nil)
    }

    @Test("a large guest keeps a 32nd of its memory")
    func largeReserve() {
        var bench = ArbiterBench()
        bench.start()
        bench.request(60 << 10)
        bench.answer(available: 20 << 10, total: 64 << 10)
        #expect(bench.target == 18 << 10)
    }

    @Test("a guest that can spare nothing is not chased: stalled, and tried again ten times later each time")
    func cannotSpare() {
        var bench = ArbiterBench(settledAt: 100)
        bench.request(900)
        for pause in [10, 100, 1000, 1000] as [UInt64] {
            bench.forget()
            bench.answer(available: 30)
            #expect(bench.pause == pause)
            #expect(bench.target == 100)
            #expect(bench.happenings.contains { if case .stalled = $0 { true } else { false } })
            bench.wake()
            #expect(bench.state == .inflating)
            #expect(bench.happenings.contains(.rearmed(target: 900 * mebibyte)))
        }
    }

    @Test("deflate-on-oom 2: an inflation that gains nothing ends within seconds")
    func stall() {
        var bench = ArbiterBench()
        bench.start()
        bench.request(512)
        bench.answer(available: 900)
        bench.held = 100 * mebibyte
        bench.send(.progress)
        let start = bench.now
        while bench.state == .inflating {
            bench.wake()
            bench.answer(available: 400)
            bench.send(.progress)
        }
        #expect(bench.now - start == 6 * ArbiterBench.second)
        #expect(bench.pause == 10)
        #expect(bench.arbiter.reason == "100 MiB of 512 MiB: nothing came for 6 s")
        #expect(bench.arbiter.target == bench.held, "it is not asked for more")
        #expect(bench.arbiter.goal == 512 * mebibyte, "what was asked for is not forgotten")
    }

    /// Has a guest of 1 GiB asked for 50 MiB give a piece each time so many milliseconds have passed.
    private func climb(
        _ piece: Pages, every milliseconds: UInt64, pieces: Int = .max, hasStatistics: Bool = true
    ) -> ArbiterBench {
        var bench = ArbiterBench()
        bench.start(hasStatistics: hasStatistics)
        bench.request(50)
        if hasStatistics { bench.answer(available: 500) }
        var left = pieces
        var next = bench.now + milliseconds * ArbiterBench.millisecond
        while bench.state == .inflating {
            guard left > 0, bench.arbiter.wakeAt.map({ next < $0 }) ?? true else {
                if bench.wake()?.requestStatistics == true { bench.answer(available: 500) }
                continue
            }
            bench.now = max(bench.now, next)
            bench.held += piece
            if bench.send(.progress).requestStatistics { bench.answer(available: 500) }
            next = bench.now + milliseconds * ArbiterBench.millisecond
            left -= 1
        }
        return bench
    }

    @Test(
        "slow is not stuck: whatever comes steadily is gone on with",
        arguments: [(1, 20), (256, 555), (256, 5000), (64, 1250), (2048, 5900)] as [(Int64, UInt64)])
    func slow(piece: Int64, milliseconds: UInt64) {
        let bench = climb(Pages(piece), every: milliseconds)
        #expect(bench.state == .settled && bench.held >= 50 * mebibyte)
    }

    @Test("a guest that has been slow is waited for longer, but not for ever", arguments: [1000, 5000, 20_000])
    func slowThenStuck(milliseconds: UInt64) {
        let bench = climb(256, every: min(milliseconds, 5900), pieces: 20)
        #expect(bench.pause == 10 && bench.held == 20 * mebibyte)
        let seconds = [1000: 6, 5000: 20, 20_000: 23][milliseconds] ?? 0
        #expect(bench.arbiter.reason.contains("nothing came for \(seconds) s"))
    }

    @Test("without statistics, a trickle is what a guest at its end scrapes together; a message a time is progress")
    func slowUnseen() {
        let trickle = climb(6, every: 200, hasStatistics: false)
        #expect(trickle.pause == 10 && trickle.held < mebibyte)
        #expect(trickle.arbiter.reason.contains("less than 1 MiB came for 6 s"))
        #expect(climb(256, every: 5000, hasStatistics: false).state == .settled)
    }

    @Test("the time that a guest takes to answer is not counted as a stall")
    func lateAnswer() {
        var bench = ArbiterBench()
        bench.start()
        bench.request(512)
        bench.pass(2900)
        bench.wake()
        bench.answer(available: 900)
        #expect(bench.target == 512)
        bench.wake()
        #expect(bench.state == .inflating, "it was told of its target a moment ago")
    }

    @Test("pressure that shows while a step is under way ends it")
    func pressure() {
        var bench = ArbiterBench()
        bench.start()
        bench.request(512)
        bench.answer(available: 900)
        bench.held = 200 * mebibyte
        bench.send(.progress)
        bench.answer(available: 15)
        #expect(bench.pause == 10)
        #expect(bench.target == 200)
    }

    @Test("drivers: a guest with pages of 64 KiB holds more than was asked for; reached is reached")
    func largePages() {
        var bench = ArbiterBench()
        bench.start(hasStatistics: false)
        bench.send(.requested(1001))
        bench.held = 1008
        bench.send(.progress)
        #expect(bench.state == .settled)
        bench.send(.requested(501))
        #expect(bench.state == .deflating)
        bench.held = 512
        bench.send(.progress)
        #expect(bench.state == .settled)
    }

    @Test("less balloon is granted at once, without asking")
    func deflation() {
        var bench = ArbiterBench(settledAt: 512)
        let decision = bench.request(100)
        #expect(decision.interrupt && !decision.requestStatistics)
        #expect(bench.state == .deflating && bench.target == 100)
        bench.held = 100 * mebibyte
        bench.send(.progress)
        #expect(bench.state == .settled)
    }

    @Test("deflate-on-oom 12: without statistics the balloon grows in small steps, and a stall shows all the same")
    func noStatistics() {
        var bench = ArbiterBench()
        bench.start(hasStatistics: false)
        #expect(bench.request(512).interrupt)
        #expect(bench.target == 32)
        while bench.state == .inflating { #expect(bench.wake()?.requestStatistics == false) }
        #expect(bench.pause == 10)
        #expect(bench.target == 0)
    }

    @Test("drivers: a guest that never answers is served as one without statistics")
    func neverAnswers() {
        var bench = ArbiterBench()
        bench.start()
        bench.request(512)
        bench.pass(3000)
        #expect(bench.send(.statisticsTimedOut(.guest)).interrupt)
        #expect(bench.target == 32)
        #expect(bench.arbiter.hasUsableStatistics == false)
        #expect(!bench.happenings.contains { if case .statisticsLost = $0 { true } else { false } })
    }

    @Test("a guest that says neither what is available nor what is free is inflated as one without statistics")
    func noAvailable() {
        var bench = ArbiterBench()
        bench.start()
        bench.request(512)
        bench.send(.statistics(.init()))
        #expect(bench.target == 32)
    }
}

extension Decision {
    /// Nothing is to be done.
    static var none: Decision {
        var arbiter = GuestArbiter()
        return arbiter.handle(.wake, at: .never, held: 0)
    }
}
