import Arbiter
import Balloon
import Testing

/// Guests whose VMMs may not use as much as the guests have.
@Suite struct GroupLimitTests {
    private func limit(_ size: UInt64?, _ guest: GuestHandle, need: UInt64 = 112, _ bench: inout HostBench) {
        let limit = size.map { GroupLimit(limit: $0 * mebibyte, need: need * mebibyte) }
        bench.host.set(groupLimit: limit, of: guest, at: bench.now)
        bench.fetch()
        #expect(bench.host.faults() == [])
    }

    private func bench() throws -> (bench: HostBench, guest: GuestHandle) {
        var bench = try HostBench(budget: 8192)
        let guest = try bench.add(min: 64)
        bench.answer(guest, available: 900)
        bench.forget()
        return (bench, guest)
    }

    @Test("it shrinks to the limit less what its VMM needs, as to a cap")
    func shrinks() throws {
        var (bench, guest) = try bench()
        limit(512, guest, &bench)
        bench.answer(guest, available: 900)
        #expect(bench.target(guest) == 624)
        let said = GroupLimit(limit: 512 * mebibyte, need: 112 * mebibyte)
        #expect(said.ceiling == 400 * mebibyte && bench.host.share(of: guest)?.groupLimit == said)
        #expect(bench.happenings == [.groupLimit(guest, said)])
        #expect(bench.host.requested(of: guest) == nil)
        bench.obey(guest)
        // What a VMM needs goes up and down a little: nothing of that is followed.
        limit(512, guest, need: 120, &bench)
        #expect(bench.target(guest) == 624)
        // A lower cap counts, a higher one does not.
        bench.send(.requested(800 * mebibyte), guest)
        bench.answer(guest, available: 270)
        #expect(bench.target(guest) == 800 && bench.host.requested(of: guest) == 800 * mebibyte)
        bench.obey(guest)
        bench.send(.requested(0), guest)
        bench.answer(guest, available: 20)
        #expect(bench.target(guest) >= 624)
        limit(nil, guest, &bench)
        #expect(bench.happenings.last == .groupLimit(guest, nil))
        #expect(bench.host.share(of: guest)?.groupLimit == nil)
    }

    @Test("not even an alarm goes beyond it, nor does the host lend for it")
    func alarm() throws {
        var (bench, guest) = try bench()
        limit(512, guest, &bench)
        bench.answer(guest, available: 900)
        bench.obey(guest)
        bench.send(.requested(800 * mebibyte), guest)
        bench.answer(guest, available: 500)
        bench.obey(guest)
        let signals = HostSignals(total: 65536 * mebibyte, available: 60000 * mebibyte, someStalled: 0, fullStalled: 0)
        bench.host.handle(signals, at: bench.now)
        bench.starve(guest)
        for _ in 0..<10 {
            bench.pass(100)
            bench.answer(guest, available: 10)
            bench.obey(guest)
        }
        #expect(bench.target(guest) == 624)
    }

    @Test("a limit that its memory fits into is none")
    func ample() throws {
        var (bench, guest) = try bench()
        limit(4096, guest, &bench)
        #expect(bench.happenings.isEmpty && bench.host.share(of: guest)?.groupLimit == nil)
        bench.answer(guest, available: 900)
        #expect(bench.target(guest) == 0)
    }

    @Test("a VMM needs something, and a guest sees something")
    func least() {
        #expect(GroupLimit(limit: 512 * mebibyte, need: 0).ceiling == 416 * mebibyte)
        #expect(GroupLimit(limit: 64 * mebibyte, need: 600 * mebibyte).ceiling == 1)
    }
}
