import Arbiter
import Balloon
import TestSupport
import Testing

/// What a guest has of the memory that its VMM shares.
@Suite struct GuestMemoryTests {
    /// MiB.
    private func told(
        _ total: UInt64, of shared: UInt64, held: UInt64 = 0, deflatesOnOOM: Bool = true
    ) -> GuestMemory {
        var memory = GuestMemory()
        memory.note(shared: shared * mebibyte)
        memory.driverStarted(tells: true, deflatesOnOOM: deflatesOnOOM)
        memory.say(total, held: held)
        return memory
    }

    @Test("what the guest says counts, where it is less than what is shared")
    func mem512() {
        let memory = told(450, of: 1024)
        #expect(memory.counted == 450 * mebibyte && memory.isLess)
    }

    /// Linux on 1 GiB says 960 MiB and on 2 GiB 1955 MiB; a crash kernel takes some 190 MiB more.
    @Test(
        "what a kernel keeps to itself is the guest's",
        arguments: [(1024, 960), (2048, 1955), (2048, 1800), (256, 160)])
    func kept(shared: UInt64, total: UInt64) {
        let memory = told(total, of: shared)
        #expect(memory.counted == shared * mebibyte && !memory.isLess)
    }

    @Test func moreThanIsSharedIsNotBelieved() {
        #expect(told(1 << 40, of: 1024).counted == 1024 * mebibyte)
    }

    @Test("virtio-mem with nothing plugged beside 1 GiB, and then with 2 GiB")
    func virtioMem() {
        var memory = told(985, of: 9216)
        #expect(memory.counted == 985 * mebibyte)
        memory.say(985 + 2048)
        #expect(memory.counted == 985 * mebibyte, "one set may be a slip")
        memory.say(985 + 2048)
        #expect(memory.counted == (985 + 2048) * mebibyte)
        memory.say(985)
        #expect(memory.counted == 985 * mebibyte, "what is unplugged counts no more at once")
    }

    @Test("a DIMM that is not online is not memory")
    func dimm() {
        var memory = told(985, of: 1024)
        memory.note(shared: 2048 * mebibyte)
        memory.say(985)
        memory.say(985)
        #expect(memory.counted == 1024 * mebibyte && memory.isLess)
        for online in stride(from: 128, through: 1024, by: 128) as StrideThrough<UInt64> {
            memory.say(985 + online)
            memory.say(985 + online)
        }
        #expect(memory.counted == 2048 * mebibyte && !memory.isLess)
        memory.note(shared: 1024 * mebibyte)
        #expect(memory.counted == 1024 * mebibyte)
    }

    @Test("without DEFLATE_ON_OOM Linux takes its balloon out of the total", arguments: [true, false])
    func shrinking(isGuessed: Bool) {
        var memory = told(450, of: 1024, deflatesOnOOM: !isGuessed)
        for held in [100, 200, 300, 200, 0] as [UInt64] {
            // While the balloon moves, what is said is older than what is held.
            memory.say(450, held: held)
            memory.say(450 - held, held: held)
            memory.say(450 - held, held: held)
        }
        #expect(memory.counted == 450 * mebibyte)
    }

    @Test("others leave it in", arguments: [true, false])
    func constant(isGuessed: Bool) {
        var memory = told(450, of: 1024, deflatesOnOOM: isGuessed)
        for held in [100, 200, 300, 200, 0] as [UInt64] {
            for _ in 0..<3 { memory.say(450, held: held) }
        }
        #expect(memory.counted == 450 * mebibyte)
    }

    @Test("a guest cannot have less than what is in its balloon")
    func lessThanHeld() {
        var memory = told(900, of: 1024)
        for _ in 0..<3 { memory.say(1, held: 600) }
        #expect((memory.counted ?? 0) >= 600 * mebibyte)
    }

    @Test func messagesOnTheirWayChangeNothing() {
        var memory = told(450, of: 1024)
        for total in [446, 455, 449, 457, 443] as [UInt64] {
            memory.say(total)
            #expect(memory.counted == 450 * mebibyte)
        }
    }

    @Test("until it has said so, a guest has what it had, or what was configured, and what is shared if it never says")
    func unknown() {
        var memory = GuestMemory(configured: 1024 * mebibyte)
        #expect(memory.counted == 1024 * mebibyte)
        memory.note(shared: 9216 * mebibyte)
        #expect(memory.counted == 1024 * mebibyte)
        memory.driverStarted(tells: true, deflatesOnOOM: true)
        #expect(memory.counted == 1024 * mebibyte)
        memory.notAnswered()
        #expect(memory.counted == 9216 * mebibyte)
        memory.say(985)
        #expect(memory.counted == 985 * mebibyte)
        memory.driverStarted(tells: true, deflatesOnOOM: true)
        #expect(memory.counted == 985 * mebibyte)
        memory.driverStarted(tells: false, deflatesOnOOM: true)
        #expect(memory.counted == 9216 * mebibyte)
        memory.forget()
        #expect(memory == GuestMemory(configured: 1024 * mebibyte))
    }

    @Test func statisticsWithoutATotalAreNoClaim() {
        var memory = told(0, of: 1024)
        #expect(memory.counted == 1024 * mebibyte && !memory.isTold)
        memory.hear(BalloonStatistics(), held: 0)
        #expect(memory.counted == 1024 * mebibyte)
    }

    @Test("whatever is said, it is between what is held and what is shared", arguments: 0..<20 as Range<UInt64>)
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var memory = GuestMemory()
        for _ in 0..<2000 {
            let shared = random.pages(1...2048 * mebibyte)
            if random.oneIn(20) { memory.note(shared: shared) }
            if random.oneIn(50) { memory.driverStarted(tells: !random.oneIn(3), deflatesOnOOM: random.oneIn(2)) }
            if random.oneIn(50) { memory.notAnswered() }
            var set = BalloonStatistics()
            set[.totalMemory] = random.pick([0, .max, random.number(0...4 << 30)])
            memory.hear(set, held: random.pick([0, random.pages(0...2048 * mebibyte)]))
            guard let shared = memory.shared, let counted = memory.counted else { continue }
            #expect(counted > 0 && counted <= shared)
        }
    }
}

extension GuestMemory {
    /// MiB; 0: the guest says nothing of its total.
    fileprivate mutating func say(_ total: UInt64, held: UInt64 = 0) {
        var set = BalloonStatistics()
        set[.availableMemory] = 64 << 20
        if total > 0 { set[.totalMemory] = total << 20 }
        hear(set, held: held * mebibyte)
    }
}
