import Lab
import Testing

extension LabTests {
    /// A short `make balance`: one reads its files, one bursts, one idles, on less memory than they have together.
    @Test("three guests on one budget: nobody is killed, no page is lost, and the idle one pays")
    func balance() async throws {
        let lab = try #require(Self.lab)
        var script = BalanceScript()
        script.rounds = 1
        let outcome = try await BalanceRun(script).run(.aerostat, in: lab)
        #expect(outcome.bursts.count == 1 && outcome.readings.count == 1)
        #expect(outcome.kills == 0)
        #expect(outcome.badPages == 0)
        #expect(outcome.movedBytes > 200 * Self.mebibyte)
        #expect(outcome.readings.allSatisfy { $0.readsPerSecond > 0 })
    }
}
