import Arbiter
import Balloon
import Testing

/// Low is not short: guests that never have much available, for what they could give is in no statistic (ZFS' cache).
struct HabitTests {
    /// A guest of 8 GiB with a balloon of 4 GiB that has 300 MiB available at all times.
    private func low() -> ArbiterBench {
        var bench = ArbiterBench()
        bench.start()
        bench.request(4096)
        for _ in 0..<500 where bench.state == .inflating {
            bench.pass(250)
            bench.answer(available: 300, total: 8192)
            bench.held = bench.arbiter.target
            bench.send(.progress)
        }
        #expect(bench.state == .settled && bench.held == 4096 * mebibyte)
        bench.forget()
        return bench
    }

    private func answers(_ bench: inout ArbiterBench, available: UInt64, times: Int) {
        for _ in 0..<times {
            bench.pass(100)
            bench.held = min(bench.held, bench.arbiter.target)
            bench.send(.progress)
            bench.answer(available: available, total: 8192)
        }
    }

    @Test("one deflation of a guest that is as it always is brings it a small step, and no more")
    func oneDeflation() {
        var bench = low()
        bench.starve()
        #expect(bench.target == 4095 - 64)
        answers(&bench, available: 300, times: 10)
        #expect(bench.pause != nil, "it is well")
        #expect(bench.held == 4031 * mebibyte)
    }

    @Test("one that has less than usual is helped as fast as any other")
    func lessThanUsual() {
        var bench = low()
        bench.starve()
        answers(&bench, available: 20, times: 1)
        #expect(bench.state == .alarm && bench.target <= 4031 - 1024)
        answers(&bench, available: 20, times: 5)
        #expect(bench.target == 0)
    }

    @Test("the small step doubles with each further deflation")
    func goesOn() {
        var bench = low()
        for _ in 0..<5 {
            bench.pass(50)
            bench.starve()
            bench.held = min(bench.held, bench.arbiter.target)
        }
        #expect(bench.target < 4096 - 64 - 128 - 256 - 512 - 1000)
    }

    @Test("what is available of a guest that is in trouble is no habit")
    func trouble() {
        var bench = ArbiterBench(largeSettledAt: 4096)
        bench.starve()
        let first = bench.target
        #expect(first <= 4095 - 1024)
        for _ in 0..<20 where bench.target > 0 {
            answers(&bench, available: 150, times: 1)
        }
        #expect(bench.target == 0)
    }
}
