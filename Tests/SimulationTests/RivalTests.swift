import Testing

@testable import Simulation

/// The rules of the other rivals, by numbers worked out by hand from their description.
struct RivalTests {
    @Test func `MoM shrinks by at most 5 percent, and not below what is used and a margin`() {
        #expect(MoMRule.target(current: 1000, used: 300, min: 200, max: 2000, hostFree: 0.1) == 950)
        #expect(MoMRule.target(current: 1000, used: 880, min: 200, max: 2000, hostFree: 0.1) == 980)
        // Nothing to spare: 950 + 0.1 * 1000 is over what it has.
        #expect(MoMRule.target(current: 1000, used: 950, min: 200, max: 2000, hostFree: 0.1) == nil)
        // In need the margin is negative: 980 - 0.03 * 1000 lies under what a step allows.
        #expect(MoMRule.target(current: 1000, used: 980, min: 200, max: 2000, hostFree: 0.02) == 950)
        // A change by a 400th is not worth it.
        #expect(MoMRule.target(current: 1000, used: 898, min: 200, max: 2000, hostFree: 0.1) == nil)
    }

    @Test func `MoM grows by 5 percent, or to what is used and a fifth`() {
        #expect(MoMRule.target(current: 1000, used: 300, min: 200, max: 2000, hostFree: 0.5) == 1050)
        #expect(MoMRule.target(current: 1000, used: 950, min: 200, max: 2000, hostFree: 0.5) == 1150)
        #expect(MoMRule.target(current: 1000, used: 950, min: 200, max: 1001, hostFree: 0.5) == nil)
    }

    @Test func `ESX taxes idle pages four times`() {
        let claim = ESXClaim(min: 0, max: 1000, shares: 1000, active: 50)
        #expect(abs(ESXAllocation.price(claim, pages: 100) - 1000 / (100 * (0.5 + 4 * 0.5))) < 1e-9)
        #expect(abs(ESXAllocation.price(claim, pages: 100, tax: 0) - 10) < 1e-9)
    }

    @Test func `ESX shares by shares without a tax, and by activity with one`() {
        let idle = ESXClaim(min: 0, max: 1000, shares: 1, active: 0)
        let busy = ESXClaim(min: 0, max: 1000, shares: 1, active: 1000)
        let equal = ESXAllocation.share(1000, [idle, busy], tax: 0)
        #expect(abs(equal[0] - 500) < 1 && abs(equal[1] - 500) < 1)
        let taxed = ESXAllocation.share(1000, [idle, busy])
        #expect(abs(taxed[0] - 200) < 1 && abs(taxed[1] - 800) < 1)
        // All pay the same price then.
        #expect(
            abs(ESXAllocation.price(idle, pages: taxed[0]) / ESXAllocation.price(busy, pages: taxed[1]) - 1) < 0.01)
    }

    @Test func `ESX believes that a guest sleeps only after a while`() {
        var estimate = ActivityEstimate()
        estimate.add(100, at: 1)
        estimate.add(10, at: 2)
        #expect(estimate.pages > 90)
        estimate.add(500, at: 3)
        #expect(estimate.pages == 500)
    }

    @Test func `ChromeOS halves the difference between the guest and the host`() {
        var rule = ChromeOSRule()
        // Guest: 1000 - 400 - 0 over its critical level; host 200: (600 - 200) / 2.
        #expect(
            rule.delta(balloon: 0, guestTotal: 4000, guestAvailable: 1000, hostAvailable: 200) == 200)
        // Host in need, guest not: at most what the guest has above critical, and 10.
        #expect(
            rule.delta(balloon: 0, guestTotal: 4000, guestAvailable: 450, hostAvailable: -500) == 60)
        // Guest in need: 395 - 400, less 48 MiB times a balloon that is a third full.
        #expect(
            rule.delta(balloon: 1000, guestTotal: 4000, guestAvailable: 395, hostAvailable: 200) == -110.5)
    }

    @Test func `ChromeOS learns a guest's critical level in two rounds`() {
        var rule = ChromeOSRule()
        _ = rule.delta(balloon: 100, guestTotal: 4000, guestAvailable: 300, hostAvailable: 1000)
        #expect(rule.critical == 400)
        _ = rule.delta(balloon: 100, guestTotal: 4000, guestAvailable: 280, hostAvailable: 1000)
        #expect(rule.critical == 300)
    }

    @Test func `squeezed brings all to the same point between their limits`() {
        let mebibyte = PageUnit.mebibyte
        let guests = [1024, 2048].map { GuestSetup(name: "\($0)", max: $0 * mebibyte, min: 512 * mebibyte) }
        let scenario = Scenario(name: "two", guests: guests, budget: 2048 * mebibyte, seconds: 60)
        var simulator = Simulator(scenario, budget: scenario.budget, Squeezed.self)
        _ = simulator.run()
        let share = simulator.guests.map { Double($0.visible - 512 * mebibyte) / Double($0.max - 512 * mebibyte) }
        #expect(abs(share[0] - share[1]) < 0.01)
        // All but what the host keeps: 19 MiB, and the inaccuracies.
        let visible = simulator.guests.reduce(0) { $0 + $1.visible }
        #expect(scenario.budget - visible >= 19 * mebibyte - 2 * mebibyte)
        #expect(scenario.budget - visible <= 28 * mebibyte)
    }

    @Test func `a static split adds up to the budget within everybody's limits`() {
        let guests = [
            LimitsView(max: 1000, min: 100, weight: 1), LimitsView(max: 1000, min: 700, weight: 1),
            LimitsView(max: 2000, min: 100, weight: 2),
        ]
        let shares = StaticShares.visible(budget: 2000, guests)
        #expect((1990...2000).contains(shares.reduce(0, +)))
        #expect(shares[1] == 700)
        #expect(abs(Double(shares[2]) / Double(shares[0]) - 4) < 0.1)
    }
}
