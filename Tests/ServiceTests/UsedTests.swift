import ControlAPI
import Testing

/// What a guest uses, by what it says of itself. Sizes in MiB.
@Suite struct UsedTests {
    private func used(
        _ values: [String: UInt64], held: UInt64 = 0, deflatesOnOOM: Bool = false, max: UInt64 = 1024
    ) -> UInt64? {
        var guest = GuestsDouble.status("guest", max: ByteSize(max << 20))
        guest.features = [
            FeatureStatus(name: "deflate-on-oom", offered: true, negotiated: deflatesOnOOM, seen: false)
        ]
        guest.statistics.values = values.mapValues { $0 << 20 }
        guest.statistics.heldThen = ByteSize(held << 20)
        return guest.used.map { $0.bytes >> 20 }
    }

    @Test("what is in tmpfs counts as cache, and is used")
    func tmpfs() {
        let values: [String: UInt64] = [
            "total-memory": 960, "free-memory": 450, "available-memory": 480, "disk-caches": 470,
        ]
        #expect(used(values) == 480)
        #expect(used(values, deflatesOnOOM: true) == 480)
    }

    @Test("the balloon is not used: not where the total shrinks with it, nor where it does not")
    func balloon() {
        let linux: [String: UInt64] = [
            "total-memory": 460, "free-memory": 200, "available-memory": 300, "disk-caches": 120,
        ]
        #expect(used(linux, held: 500) == 160)
        var whole = linux
        whole["total-memory"] = 960
        #expect(used(whole, held: 500, deflatesOnOOM: true) == 160)
        #expect(used(["total-memory": 1023, "free-memory": 300], held: 600) == 123, "Windows")
    }

    @Test("a guest that tells too little uses nobody knows how much, and claims are no trap")
    func little() {
        #expect(used(["free-memory": 100]) == nil)
        #expect(used(["total-memory": 100]) == nil)
        #expect(used(["total-memory": 100, "free-memory": 60]) == 40)
        #expect(used(["total-memory": 1 << 43, "free-memory": 1 << 43, "disk-caches": 1 << 43], held: 1 << 43) == 0)
    }
}
