import Testing

@testable import Lab

@Suite("Answers of the guest's agent")
struct GuestAnswerTests {
    private func fields(_ line: String) -> GuestFields { GuestFields(line.split(separator: " ")) }

    @Test("A rate between samples is interpolated; outside of them there is none")
    func rates() throws {
        let series = try ReadSeries(fields("bad=0 samples=1000000000:0,2000000000:100,3000000000:400"))
        #expect(series.rate(from: 1_000_000_000, to: 2_000_000_000) == 100)
        #expect(series.rate(from: 1_500_000_000, to: 2_500_000_000) == 200)
        #expect(series.rate(from: 0, to: 2_000_000_000) == nil)
        #expect(series.rate(from: 2_000_000_000, to: 4_000_000_000) == nil)
        #expect(series.rate(from: 2_000_000_000, to: 2_000_000_000) == nil)
    }

    @Test("Thrashing is dated from where it began, and over when reads are fast again")
    func thrashing() throws {
        // A sample each 100 ms: well for a second, thrown out for two, well again.
        var samples: [String] = []
        var (reads, refaults) = (0, 0)
        for index in 0..<50 {
            samples.append("\(UInt64(index) * 100_000_000):\(reads):\(refaults)")
            let isBad = (10..<30).contains(index)
            reads += isBad ? 10 : 1000
            refaults += isBad ? 2000 : 0
        }
        let series = try ReadSeries(fields("bad=0 samples=\(samples.joined(separator: ","))"))
        let second: UInt64 = 1_000_000_000
        #expect(series.thrashing(until: 3 * second, above: 4096) == second)
        #expect(series.thrashing(until: 3 * second, above: 40000) == nil)
        #expect(series.thrashing(until: second / 2, above: 4096) == nil)
        #expect(series.thrashing(until: 5 * second, above: 4096) == nil)
        #expect(series.reading(at: 8000, from: 2 * second) == 3 * second)
        #expect(series.reading(at: 50000, from: 2 * second) == nil)
    }

    @Test("A killed program has touched a part and has no time of its own")
    func killed() throws {
        let result = try EatResult(fields("result=killed signal=9 t=5 touched=8192"), bytes: 1 << 20)
        #expect(!result.isAlive)
        #expect(result.touched == 8192)
        #expect(result.seconds == 0)
    }

    @Test("An answer that lacks a word is an error, not a zero")
    func incomplete() {
        #expect(throws: LabError.self) { try EatResult(fields("result=alive seconds=1"), bytes: 1) }
        #expect(throws: LabError.self) { try ReadSeries(fields("bad=x samples=")) }
    }

    @Test("A command that ends without an event fails whoever waits for it")
    func endsWithoutEvent() async throws {
        let command = GuestCommand("eat 1")
        let waiting = Task { try await command.event("have", within: .seconds(60)) }
        command.receive("ok result=killed signal=9".split(separator: " "))
        let answer = try await command.answer(within: .seconds(5))
        #expect(answer.values["result"] == "killed")
        await #expect(throws: LabError.self) { _ = try await waiting.value }
        await #expect(throws: LabError.self) { _ = try await command.event("later", within: .seconds(60)) }
    }
}
