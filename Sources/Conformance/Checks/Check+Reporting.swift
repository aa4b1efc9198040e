import Balloon
import VhostUser

/// Free page reporting and page poison.
extension Check {
    static let reporting: [Check] = [
        Check("spec V13", "reported memory is freed") { guest in
            try guest.require(.pageReporting)
            try guest.load([.mustTellHost, .pageReporting])
            try guest.expectFreed(ProbeGuest.pages) { try report(guest, ProbeGuest.pages) }
        },
        Check("spec V13", "reported pages are not changed after the acknowledgement") { guest in
            try guest.require(.pageReporting)
            try guest.load([.mustTellHost, .pageReporting])
            try report(guest, ProbeGuest.pages)
            try guest.fill(ProbeGuest.pages, with: 0x5a)
            try report(guest, ProbeGuest.otherPages)
            try guest.roundTrip()
            try expect(guest.holds(ProbeGuest.pages, 0x5a), "a page was changed after its report was acknowledged")
        },
        poison(0xaaaa_aaaa, "with a poison value, reported pages hold nothing else afterwards"),
        poison(0, "with poison 0, reported pages read as zeros afterwards"),
        Check("spec D36", "poison_val is written before DRIVER_OK, and not changed after") { guest in
            try guest.require(.pagePoison)
            let offset = BalloonConfiguration.Offset.poisonValue
            try guest.load([.mustTellHost, .pagePoison]) { try guest.write(offset, ProbeGuest.bytes([0xaa])) }
            try guest.expectField(offset, 0xaa, "poison_val")
            try guest.write(offset, ProbeGuest.bytes([0xbb]))
            try guest.expectField(offset, 0xaa, "poison_val")
        },
        Check("robustness: reports not aligned", "a report is cut inward, to memory, and around the rings") { guest in
            try guest.require(.pageReporting)
            try guest.load([.mustTellHost, .pageReporting])
            try guest.fill(7000..<7004, with: 0x5a)
            let ring = try guest.ring(.reporting)
            let flags = ProbeRing.Flags.write | ProbeRing.Flags.next
            try ring.describe(0, 7000 << 12 | 1, 3 << 12, flags: flags, next: 1)
            try ring.describe(1, UInt64(ProbeGuest.hole - 1) << 12, 1 << 30, flags: flags, next: 2)
            try ring.describe(2, ring.queue.descriptors, UInt32(ProbeRing.footprint / 2), flags: flags, next: 3)
            try ring.describe(3, .max - 4096, 8192, flags: ProbeRing.Flags.write)
            try ring.offer(0)
            guard try ring.awaitUsed().first?.head == 0 else { throw CheckError.failed("the report was not returned") }
            try expect(guest.holds(7000..<7001, 0x5a), "the page was changed in whose middle a report starts")
            try expect(guest.holds(7003..<7004, 0x5a), "the page was changed in whose middle a report ends")
            try guest.expectGoesOn()
            try report(guest, ProbeGuest.pages)
        },
    ]

    private static func poison(_ value: UInt32, _ sentence: String) -> Check {
        Check("spec V14", sentence) { guest in
            try guest.require([.pageReporting, .pagePoison])
            let byte = UInt8(truncatingIfNeeded: value)
            try guest.load([.mustTellHost, .pageReporting, .pagePoison]) {
                try guest.write(BalloonConfiguration.Offset.poisonValue, ProbeGuest.bytes([value]))
            }
            try guest.fill(ProbeGuest.pages, with: byte)
            try report(guest, ProbeGuest.pages)
            try guest.roundTrip()
            try expect(
                guest.holds(ProbeGuest.pages, byte), "a reported page holds something else than the poison value")
        }
    }

    /// Reports pages in two parts.
    private static func report(_ guest: ProbeGuest, _ pages: Range<UInt32>) throws {
        let ring = try guest.ring(.reporting)
        let half = UInt32(pages.count / 2)
        let flags = ProbeRing.Flags.write
        try ring.describe(
            0, UInt64(pages.lowerBound) << 12, half << 12, flags: flags | ProbeRing.Flags.next, next: 1)
        try ring.describe(1, UInt64(pages.lowerBound + half) << 12, half << 12, flags: flags)
        try ring.offer(0)
        guard let entry = try ring.awaitUsed().first else {
            throw CheckError.failed("a report was not returned in time")
        }
        try expect(entry.head == 0, "chain \(entry.head) was returned instead of 0")
    }
}
