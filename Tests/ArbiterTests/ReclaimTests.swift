import Arbiter
import Balloon
import Testing

@Suite struct ReclaimTests {
    private typealias Bench = ArbiterBench

    private func reclaimed(_ bench: Bench) -> [Int64] {
        bench.happenings.compactMap { if case .reclaimed(let pages) = $0 { pages / mebibyte } else { nil } }
    }

    @Test("reclaim takes what is free, less a reserve, and returns it to the guest")
    func course() {
        var bench = Bench(settledAt: 100)
        let decision = bench.send(.reclaim)
        #expect(decision.requestStatistics && !decision.interrupt)
        #expect(bench.state == .reclaiming)
        #expect(bench.answer(available: 800, free: 332).interrupt)
        #expect(bench.target == 400, "the cache is left alone")
        bench.held = 400 * mebibyte
        #expect(bench.send(.progress).interrupt)
        #expect(bench.target == 100 && bench.state == .deflating)
        #expect(reclaimed(bench) == [300])
        bench.held = 100 * mebibyte
        bench.send(.progress)
        #expect(bench.state == .settled)
    }

    @Test("reclaim without a request returns to an empty balloon")
    func withoutRequest() {
        var bench = Bench()
        bench.start()
        bench.answer(available: 900)
        bench.send(.reclaim)
        bench.answer(available: 900)
        #expect(bench.target == 868)
        bench.held = 868 * mebibyte
        bench.send(.progress)
        #expect(bench.target == 0)
    }

    @Test("a message that has nothing to do with it does not end a reclaim that waits for its answer")
    func progressWhileWaiting() {
        var bench = Bench(settledAt: 100)
        bench.send(.reclaim)
        bench.send(.progress)
        #expect(bench.state == .reclaiming)
        bench.answer(available: 800)
        #expect(bench.target == 868)
    }

    @Test("a guest with nothing free gives nothing")
    func nothingFree() {
        var bench = Bench(settledAt: 100)
        bench.send(.reclaim)
        bench.answer(available: 800, free: 33)
        #expect(bench.state == .settled && bench.target == 100)
        #expect(reclaimed(bench) == [0])
    }

    @Test("a reclaim stops under pressure")
    func pressure() {
        var bench = Bench(settledAt: 100)
        bench.send(.reclaim)
        bench.answer(available: 800)
        bench.held = 500 * mebibyte
        bench.send(.progress)
        bench.answer(available: 20)
        #expect(bench.target == 100 && bench.state == .deflating)
        #expect(reclaimed(bench) == [400])
    }

    @Test("a reclaim that gets no further ends within seconds")
    func stalls() {
        var bench = Bench(settledAt: 100)
        bench.send(.reclaim)
        bench.answer(available: 800)
        let start = bench.now
        while bench.state == .reclaiming {
            bench.wake()
            bench.answer(available: 800)
        }
        #expect(bench.now - start == 6 * Bench.second)
        #expect(bench.state == .settled && bench.target == 100)
    }

    @Test("an alarm in a reclaim returns at least to what was asked for")
    func alarm() {
        var bench = Bench(settledAt: 10)
        bench.send(.reclaim)
        bench.answer(available: 900)
        bench.held = 800 * mebibyte
        bench.send(.progress)
        bench.starve()
        #expect(bench.state == .alarm)
        #expect(bench.target == 0)
        var larger = Bench(largeSettledAt: 2400)
        larger.send(.reclaim)
        larger.answer(available: 1600)
        larger.held = 3600 * mebibyte
        larger.starve()
        #expect(larger.target == 1200)
    }

    @Test("a guest that falls silent in a reclaim is given its memory back")
    func silence() {
        var bench = Bench(settledAt: 10)
        bench.send(.reclaim)
        bench.answer(available: 900)
        bench.held = 800 * mebibyte
        bench.send(.progress)
        bench.send(.statisticsTimedOut(.guest))
        #expect(bench.state == .notAnswering && bench.target == 0)
    }

    @Test("a guest that never answered ends a reclaim")
    func neverAnswers() {
        var bench = Bench()
        bench.start()
        bench.send(.reclaim)
        bench.send(.statisticsTimedOut(.guest))
        #expect(bench.state == .settled)
        #expect(reclaimed(bench) == [0])
    }

    @Test("reclaim is for a settled guest that can be asked")
    func notNow() {
        var bench = Bench()
        bench.send(.reclaim)
        #expect(bench.state == .idle)
        bench.start(hasStatistics: false)
        bench.send(.reclaim)
        #expect(bench.state == .settled)
        var inflating = Bench()
        inflating.start()
        inflating.request(100)
        inflating.send(.reclaim)
        #expect(inflating.state == .inflating)
    }
}
