import HostSignals
import Linux
import Testing

@Suite struct HostSignalsTests {
    @Test func theLeastLimitOfTheCgroupsCounts() {
        let second: [String: UInt64] = ["/sys/fs/cgroup/a/b/memory.max": 300, "/sys/fs/cgroup/a/memory.max": 200]
        #expect(MemoryCgroup.limit(of: "0::/a/b") { second[$0] } == 200)
        let first: [String: UInt64] = [
            "/sys/fs/cgroup/memory/x/memory.limit_in_bytes": 500,
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": 0x7FFF_FFFF_FFFF_F000,
        ]
        #expect(MemoryCgroup.limit(of: "4:memory:/x\n0::/") { first[$0] } == 500)
        #expect(MemoryCgroup.limit(of: "0::/") { _ in nil } == nil)
    }

    @Test func highCountsAsALimit() {
        let files: [String: UInt64] = ["/sys/fs/cgroup/a/memory.max": 300, "/sys/fs/cgroup/a/memory.high": 250]
        #expect(MemoryCgroup.limit(of: "0::/a") { files[$0] } == 250)
    }

    @Test func theGroupThatLeavesLeastCounts() throws {
        let numbers: [String: UInt64] = [
            "/sys/fs/cgroup/machine/vm/memory.max": 600, "/sys/fs/cgroup/machine/memory.max": 1000,
            "/sys/fs/cgroup/machine/memory.high": 900,
        ]
        var texts = [
            "/sys/fs/cgroup/machine/vm/memory.stat":
                "anon 50\nfile 400\nshmem 390\npagetables 10\nslab_reclaimable 7\n",
            "/sys/fs/cgroup/machine/memory.stat": "anon 200\nshmem 390\nbroken\nsock x",
        ]
        let group = try #require(MemoryCgroup(of: "0::/machine/vm"))
        let first = try #require(group.tightest({ numbers[$0] }, { texts[$0] }))
        #expect(first.limit == 600 && first.need == 60 && first.folder == "/sys/fs/cgroup/machine/vm")
        texts["/sys/fs/cgroup/machine/memory.stat"] = "anon 400"
        let second = try #require(group.tightest({ numbers[$0] }, { texts[$0] }))
        #expect(second.limit == 900 && second.need == 400 && second.folder == "/sys/fs/cgroup/machine")
        let old = try #require(MemoryCgroup(of: "4:memory:/vm\n0::/"))
        let files: [String: UInt64] = [
            "/sys/fs/cgroup/memory/vm/memory.limit_in_bytes": 512,
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": 0x7FFF_FFFF_FFFF_F000,
        ]
        let third = try #require(old.tightest({ files[$0] }, { _ in "rss 1\ntotal_rss 30\ntotal_shmem 400" }))
        #expect(third.limit == 512 && third.need == 30)
        #expect(group.tightest({ _ in nil }, { _ in nil }) == nil)
    }

    @Test func guestsInDifferentGroupsHaveTheirAncestorInCommon() throws {
        let one = try #require(MemoryCgroup(of: "0::/machine.slice/a.scope"))
        let other = try #require(MemoryCgroup(of: "0::/machine.slice/b.scope"))
        #expect(one.common(with: other)?.folder == "/sys/fs/cgroup/machine.slice")
        #expect(one.common(with: one) == one)
        #expect(try one.common(with: #require(MemoryCgroup(of: "0::/user.slice")))?.folder == "/sys/fs/cgroup")
        #expect(try one.common(with: #require(MemoryCgroup(of: "4:memory:/machine.slice"))) == nil)
    }

    @Test func aPeersGroupIsOurOwnForOurOwnSocket() throws {
        let pair = try Socket.Pair()
        let own = HostFile.text("/proc/self/cgroup").flatMap { MemoryCgroup(of: $0) }
        #expect(MemoryCgroup(ofPeer: pair.left.raw) == own)
    }

    @Test func pressureIsRead() {
        let text = """
            some avg10=12.50 avg60=1.00 avg300=0.10 total=123
            full avg10=3.25 avg60=0.00 avg300=0.00 total=45
            """
        let pressure = MemoryPressure(parsing: text)
        #expect(pressure?.some == 12.5)
        #expect(pressure?.full == 3.25)
        #expect(MemoryPressure(parsing: "some avg10=1.00 total=1")?.full == 0)
        for bad in ["", "some", "some avg10=x", "some avg10=-1", "some avg10=nan", "full avg10=1.00"] {
            #expect(MemoryPressure(parsing: bad) == nil, "\(bad)")
        }
    }

    @Test func memoryInformationIsRead() {
        let info = MemoryInfo(
            parsing: "MemTotal:       16000 kB\nMemFree: 1 kB\nMemAvailable:    8000 kB\nHugePages_Total: 0")
        #expect(info.total == 16000 << 10)
        #expect(info.available == 8000 << 10)
        let bad = MemoryInfo(parsing: "MemTotal: -1 kB\nMemAvailable: 99999999999999999999 kB")
        #expect(bad.total == nil && bad.available == nil)
        #expect((MemoryInfo.read().total ?? 0) > 0)
    }

    @Test func filesAreReadWhole() throws {
        #expect(HostFile.text("/proc/self/no-such-file") == nil)
        #expect(HostFile.number("/proc/sys/kernel/pid_max") != nil)
        #expect((HostFile.text("/proc/meminfo") ?? "").hasPrefix("MemTotal:"))
    }

    /// Where the kernel has PSI, a trigger can be set and watched; where not, the refusal is an error with a name.
    @Test func aTriggerIsWatchedWithoutPolling() throws {
        let trigger: PressureTrigger
        do {
            trigger = try PressureTrigger(.some)
        } catch {
            print("no PSI trigger here: \(error)")
            #expect(error.call.contains(MemoryPressure.hostFile))
            return
        }
        let poll = try EventPoll()
        try poll.addUrgent(trigger.descriptor.raw, token: 7)
        var events: [EventPoll.Event] = []
        try poll.wait(timeout: 1_000_000, appendingTo: &events)
        #expect(events.allSatisfy { $0.token == 7 })
    }
}
