import Arbiter
import Balloon
import Testing

@Suite struct PriceTests {
    /// Some guests that answered, and one more that takes pages back while nothing is free.
    private func bench(
        _ guests: [(weight: Double, available: UInt64, free: UInt64)]
    ) throws -> (HostBench, [GuestHandle]) {
        var bench = try HostBench(budget: nil)
        var handles: [GuestHandle] = []
        for guest in guests { handles.append(try bench.add(weight: guest.weight)) }
        let needy = try bench.add()
        bench.balloon(needy, 700)
        for _ in 0..<300 {
            for (guest, handle) in zip(guests, handles) {
                bench.answer(handle, available: guest.available, free: guest.free)
            }
            bench.pass(1000)
        }
        try bench.host.set(budget: UInt64(guests.count * 1024 + 324) * mebibyte, at: bench.now)
        for (guest, handle) in zip(guests, handles) {
            bench.answer(handle, available: guest.available, free: guest.free)
        }
        bench.fetch()
        bench.forget()
        return (bench, handles + [needy])
    }

    @Test("an idle page is cheaper than a used one: the idle guest pays first")
    func idle() throws {
        var (bench, guests) = try bench([(1, 300, 300), (1, 800, 800), (1, 500, 500)])
        let prices = guests.prefix(3).compactMap { bench.host.share(of: $0)?.price }
        #expect(prices[1] < prices[2] && prices[2] < prices[0])
        bench.starve(guests[3])
        #expect(bench.payers().first == guests[1])
    }

    @Test(
        "slow is not stuck: what comes soon of a payer that is slow but steady is counted on; of one that gives nothing, none",
        arguments: [0, 250, 555, 1250] as [UInt64])
    func slowPayer(millisecondsPerMebibyte: UInt64) throws {
        var (bench, guests) = try bench([(1, 800, 800)])
        bench.starve(guests[1])
        #expect(bench.due(guests[0]) > 100, "what it is asked for, until it has been looked at")
        let start = bench.now
        for second in 1...20 as ClosedRange<UInt64> where bench.host.state(of: guests[0]) == .inflating {
            while bench.now < start + second * ArbiterBench.second {
                bench.pass(250)
                if millisecondsPerMebibyte > 0 {
                    let elapsed = (bench.now - start).nanoseconds / 1_000_000
                    bench.held[guests[0]] = Pages.mebibytes(Int64(elapsed / millisecondsPerMebibyte))
                    bench.send(.progress, guests[0])
                }
                bench.send(.wake, guests[0])
            }
            let due = bench.due(guests[0])
            guard second > 2 else { continue }
            let isSteady = millisecondsPerMebibyte > 0
            #expect(isSteady ? due > 0 && due <= 20_000 / millisecondsPerMebibyte : due == 0)
        }
    }

    @Test("of two alike, the one with less weight pays")
    func weight() throws {
        var (bench, guests) = try bench([(2, 700, 700), (1, 700, 700)])
        bench.starve(guests[2])
        #expect(bench.payers().first == guests[1])
    }

    @Test("page cache is taken only by a guest that is worth more; free pages by any in need")
    func caches() throws {
        // The needy guest sees 324 MiB, the payer 1024: for its weight the payer is worth more or less.
        for (weight, free, pays) in [(1, 20, true), (100, 20, false), (100, 600, true)] as [(Double, UInt64, Bool)] {
            var (bench, guests) = try bench([(weight, 700, free)])
            bench.starve(guests[1])
            #expect(bench.payers(.alarm).isEmpty != pays, "weight \(weight), \(free) MiB free")
        }
    }

    @Test("the slack takes no page cache of a guest that has just been heard of: nobody knows yet who reads it")
    func cachesOfTheUnknown() throws {
        var bench = try HostBench(budget: nil)
        let guest = try bench.add()
        try bench.share(1024)
        // Slack is 32 MiB; 20 MiB are free, and 680 are page cache.
        for second in 0..<4 {
            bench.answer(guest, available: 700, free: 20)
            #expect(bench.payers().isEmpty, "after \(second) s")
            bench.pass(1000)
        }
        bench.answer(guest, available: 700, free: 20)
        #expect(bench.payers(.slack) == [guest])
    }

    @Test("a guest in need does not wait until others are known")
    func needOfTheUnknown() throws {
        var bench = try HostBench(budget: nil)
        let guest = try bench.add()
        let needy = try bench.add()
        bench.balloon(needy, 700)
        try bench.share(1024 + 324)
        bench.answer(guest, available: 700, free: 20)
        bench.forget()
        bench.starve(needy)
        #expect(bench.payers(.alarm) == [guest])
    }

    @Test("never below min, whatever is free")
    func min() throws {
        var bench = try HostBench(budget: 512)
        let guest = try bench.add(min: 400)
        for _ in 0..<20 {
            bench.answer(guest, available: 1000)
            bench.obey(guest)
            bench.pass(1000)
        }
        #expect(bench.target(guest) == 1024 - 496, "budget less slack")
        let other = try bench.add(max: 112, min: 112)
        bench.answer(guest, available: 1000)
        bench.obey(guest)
        #expect(bench.target(guest) == 624 && bench.free == 0)
        _ = other
    }

    @Test("a guest is not taken below a size that hurt, until that is forgotten in an hour")
    func floor() throws {
        var bench = try HostBench(budget: nil)
        let guest = try bench.add()
        bench.balloon(guest, 600)
        bench.starve(guest)
        #expect(bench.floor(guest) == 424, "a burst: no margin")
        bench.pass(1_800_000)
        bench.answer(guest, available: 500)
        #expect(bench.floor(guest) == 212)
        bench.pass(1_800_000)
        bench.answer(guest, available: 500)
        #expect(bench.floor(guest) == 0)
    }

    @Test("free pages are kept down to the floor until they have lain free for 5 s: then what hurt has ended")
    func floorOfFreePages() throws {
        var bench = try HostBench(budget: nil)
        let guest = try bench.add()
        let needy = try bench.add()
        bench.balloon(guest, 300)
        bench.balloon(needy, 700)
        bench.starve(guest)
        #expect(bench.floor(guest) == 724)
        try bench.share(724 + 324)
        /// It uses 200 MiB; all others lie free, and somebody wants them.
        func second(_ bench: inout HostBench) -> (sees: UInt64, floor: UInt64) {
            bench.answer(guest, available: 824 - UInt64((bench.held[guest] ?? 0) / mebibyte))
            bench.starve(needy)
            bench.obey(guest)
            bench.pass(1000)
            return (1024 - bench.target(guest), bench.floor(guest))
        }
        var least = UInt64.max
        for _ in 0..<5 {
            let (sees, floor) = second(&bench)
            #expect(sees >= floor && floor > 700)
            if sees < least { least = sees }
        }
        #expect(least < 730, "it pays, down to the floor")
        for _ in 0..<3 { #expect(second(&bench).sees >= bench.floor(guest)) }
        #expect(bench.floor(guest) < 400 && 1024 - bench.target(guest) < 600)
    }

    @Test("what a guest needs again within those 5 s keeps its floor")
    func floorThatIsNeeded() throws {
        var bench = try HostBench(budget: nil)
        let guest = try bench.add()
        bench.balloon(guest, 300)
        bench.starve(guest, 1)
        for second in 0..<20 {
            bench.answer(guest, available: second % 4 == 0 ? 60 : 520)
            bench.pass(1000)
        }
        #expect(bench.floor(guest) > 700)
    }

    @Test("a payment that hurt is not asked for again: the floor lies an eighth above")
    func painfulPayment() throws {
        var (bench, guests) = try bench([(1, 800, 800)])
        bench.starve(guests[1])
        bench.obey(guests[0])
        let sees = 1024 * mebibyte - bench.host.target(of: guests[0])
        bench.pass(1000)
        bench.starve(guests[0])
        #expect(bench.floor(guests[0]) == (sees + sees / 8) / mebibyte)
    }

    @Test("never a guest in alarm, in hold-off, that is silent, or that never said anything")
    func troubled() throws {
        var (bench, guests) = try bench([(1, 800, 800), (1, 800, 800)])
        bench.send(.statisticsTimedOut(.guest), guests[0])
        #expect(bench.host.share(of: guests[0])?.price == nil)
        bench.starve(guests[2])
        #expect(Set(bench.payers()) == [guests[1]])
        #expect(bench.host.share(of: guests[2])?.price == nil)
    }

    @Test("statistics that are too old are asked for again before anything is taken")
    func stale() throws {
        var (bench, guests) = try bench([(1, 800, 800)])
        bench.pass(10_000)
        bench.starve(guests[1])
        #expect(bench.payers().isEmpty)
        let change = try #require(bench.changes.first)
        #expect(change.guest == guests[0] && change.decision.requestStatistics && !change.decision.interrupt)
        bench.answer(guests[0], available: 800)
        #expect(bench.payers() == [guests[0]])
    }

    @Test("a payer that gives nothing is not waited for: others are asked after a quarter of a second")
    func deaf() throws {
        var (bench, guests) = try bench([(1, 900, 900), (1.5, 900, 900)])
        bench.starve(guests[2])
        let first = Set(bench.payers())
        let due = bench.due(guests[0])
        bench.pass(250)
        for guest in guests.prefix(2) { bench.send(.wake, guest) }
        #expect(first.contains(guests[0]) && due > 0 && bench.due(guests[0]) == 0)
    }
}
