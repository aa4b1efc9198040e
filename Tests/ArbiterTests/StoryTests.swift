import Arbiter
import Balloon
import Testing

/// Whole stories of guests that share a host.
@Suite struct StoryTests {
    @Test("guests start, more is promised than there is, and those that idle pay until all is in order")
    func overdraft() throws {
        var host = try SimulatedHost(budget: 1536)
        let idle = try host.start()
        let busy = try host.start(used: 800)
        #expect(host.free == -512)
        let time = host.run(seconds: 30) { $0.free >= 0 }
        #expect(time < 5_000)
        #expect(host.paid(by: idle) > host.paid(by: busy))
        #expect(host.happenings.contains(.overdraftOver))
        host.run(seconds: 60)
        #expect(host.free >= 40, "slack of a 32nd is kept")
        #expect(host.state(busy) == .settled)
        host.expectSound()
    }

    @Test("a guest starves, an idle one pays, and the loan is paid back")
    func loan() throws {
        var host = try SimulatedHost(budget: 1280)
        let busy = try host.start()
        let idle = try host.start()
        host.run(seconds: 120)
        #expect(host.free >= 0)
        let before = host.sees(busy)
        host.change(busy) { $0.used = 850 * mebibyte }
        let time = host.run(seconds: 30) { !$0.guests[busy].isStarving }
        #expect(before < 850)
        #expect(time < 3_000, "\(time) ms")
        #expect(host.moved(.alarm, to: busy) + host.moved(.loan, to: busy) > 100)
        #expect(host.paid(.alarm, by: idle) > 0)
        host.run(seconds: 60)
        #expect(host.free >= 0 && host.sees(busy) > 850)
        #expect(host.arbiter.ledger.loans == 0)
        host.expectSound()
    }

    @Test("a guest whose page cache is thrown out for ever has no out-of-memory deflation, and is mended within 2 s")
    func onItsKnees() throws {
        var host = try SimulatedHost(budget: 1536)
        let reader = try host.start()
        let idle = try host.start()
        host.run(seconds: 120)
        host.change(reader) { $0.wantedCache = 800 * mebibyte }
        let before = host.sees(reader)
        #expect(before < 900)
        let taken = host.guests[reader].taken
        host.run(seconds: 2)
        #expect(host.guests[reader].cache == host.guests[reader].wantedCache)
        #expect(host.guests[reader].taken == taken)
        #expect(host.sees(idle) >= 256)
        host.expectSound()
    }
}
