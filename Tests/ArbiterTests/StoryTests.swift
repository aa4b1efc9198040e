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

    @Test("a guest that takes everything by out-of-memory deflation, again and again, hurts nobody below their floor")
    func hog() throws {
        var host = try SimulatedHost(budget: 1800)
        let hog = try host.start()
        let idle = try host.start()
        let busy = try host.start(used: 500)
        host.run(seconds: 60)
        for round in 0..<10 {
            host.change(hog) { $0.used = round % 2 == 0 ? 1000 * mebibyte : 50 * mebibyte }
            host.run(seconds: 20)
            #expect(host.sees(idle) >= 256 && host.sees(busy) >= 500)
            #expect(!host.guests[busy].isStarving)
        }
        #expect(host.guests[busy].taken == 0)
        host.expectSound()
    }

    @Test("bursts by turns: whoever needs memory has it within seconds, and nobody is on the brink meanwhile")
    func turns() throws {
        var host = try SimulatedHost(budget: 1800)
        for _ in 0..<3 { try host.start() }
        host.run(seconds: 60)
        for round in 0..<12 {
            let guest = round % 3
            host.change(guest) { $0.used = 800 * mebibyte }
            let time = host.run(seconds: 20) { !$0.guests[guest].isStarving }
            #expect(time < 5000, "round \(round): \(time) ms")
            host.run(seconds: 15)
            host.change(guest) { $0.used = 100 * mebibyte }
            host.run(seconds: 15)
        }
        #expect(host.free >= 0)
        host.expectSound()
    }

    @Test("a silent guest pays nothing, and is given what there is")
    func silent() throws {
        var host = try SimulatedHost(budget: 1536)
        let silent = try host.start()
        let other = try host.start()
        host.run(seconds: 60)
        let held = host.held(silent)
        host.change(silent) { $0.answerTicks = nil }
        host.run(seconds: 30)
        #expect(host.state(silent) == .notAnswering || host.state(silent) == .settled)
        #expect(host.held(silent) <= held)
        #expect(host.sees(other) >= 256)
        host.expectSound()
    }

    @Test("a host with a budget for all of them takes nothing from anyone")
    func plenty() throws {
        var host = try SimulatedHost(budget: 4096)
        for _ in 0..<3 { try host.start(cache: 800) }
        host.run(seconds: 60)
        #expect(host.moves.isEmpty)
        #expect((0..<3).allSatisfy { host.held($0) == 0 })
    }

    @Test("guests that have what they need are left in peace: no memory goes to and fro")
    func peace() throws {
        var host = try SimulatedHost(budget: 1536)
        for _ in 0..<3 { try host.start(used: 200, cache: 100) }
        host.run(seconds: 120)
        let moves = host.moves.count
        host.run(seconds: 600)
        #expect(host.moves.count - moves <= 3)
        host.expectSound()
    }

    @Test("the same events make the same decisions")
    func deterministic() throws {
        func moves() throws -> [Move] {
            var host = try SimulatedHost(budget: 1536)
            for _ in 0..<3 { try host.start() }
            host.run(seconds: 20)
            host.change(1) { $0.used = 900 * mebibyte }
            host.run(seconds: 20)
            return host.moves
        }
        #expect(try moves() == moves())
    }

    @Test("performance: an event among 2,000 guests costs much less than 20 times one among 20")
    func scale() throws {
        func time(_ guests: Int) throws -> Duration {
            let start = Instant(nanoseconds: 1)
            var host = try HostArbiter(budget: guests * (512 * mebibyte))
            var handles: [GuestHandle] = []
            for _ in 0..<guests {
                handles.append(try host.add(GuestLimits(min: 128 * mebibyte, max: 1024 * mebibyte), at: start))
            }
            var set = BalloonStatistics()
            set[.availableMemory] = 300 << 20
            set[.freeMemory] = 200 << 20
            for guest in handles {
                _ = host.handle(.driverStarted(isFresh: true, hasStatistics: true), of: guest, at: start, held: 0)
            }
            let begin = ContinuousClock.now
            for event in 0..<4000 {
                let guest = handles[event % guests]
                let held = host.target(of: guest)
                let input = event % 3 == 0 ? Input.progress : .statistics(set)
                _ = host.handle(input, of: guest, at: Instant(nanoseconds: UInt64(event) << 20), held: held)
                while host.nextChange() != nil {}
            }
            return ContinuousClock.now - begin
        }
        let few = try time(20)
        let many = try time(2000)
        #expect(many < few * 20)
    }
}
