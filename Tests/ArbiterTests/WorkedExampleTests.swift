import Arbiter
import Balloon
import Testing

/// The example of docs/Balancing.md and of ``HostArbiter``, number by number.
@Suite struct WorkedExampleTests {
    @Test("the worked example of docs/Balancing.md")
    func example() throws {
        var bench = try HostBench(budget: 1664)
        let a = try bench.add(max: 1280, min: 384)
        let b = try bench.add(max: 1280, min: 384)
        #expect(bench.free == -896)
        #expect(bench.host.ledger.slack == 52 * mebibyte)

        bench.answer(a, available: 1040)
        #expect(bench.target(a) == 848 && bench.free == -896, "asked for, and not yet there")
        bench.obey(a)
        #expect(bench.free == -48)
        bench.answer(b, available: 300)
        #expect(bench.target(b) == 100)
        bench.obey(b)
        #expect(bench.free == 52)

        bench.pass(1000)
        bench.answer(a, available: 192)
        bench.answer(b, available: 200)
        bench.forget()
        bench.starve(b)
        #expect(bench.target(b) == 48 && bench.free == 0 && bench.wanted(b) == 48)
        #expect(bench.target(a) == 896)
        bench.obey(a)
        #expect(bench.target(b) == 0 && bench.free == 0)
        let story = bench.moves.map { $0.sentence { $0 == a ? "a" : "b" } }
        #expect(
            story == [
                "b got 1 MiB: it took them back unasked",
                "b got 51 MiB: a guest in an alarm",
                "a lent 48 MiB (price \(price(bench))) for b: a guest in an alarm",
                "b got 48 MiB: a guest in an alarm",
            ])
        #expect(bench.host.faults() == [])
    }

    private func price(_ bench: HostBench) -> String {
        let price = bench.moves.compactMap(\.price).first ?? 0
        let hundredths = Int(price * 100 + 0.5)
        return "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)"
    }
}
