internal import Balloon

/// Free page reporting and page poison.
extension Check {
    static var reporting: [Check] {
        [
            Check("spec V13", "reported memory is freed") { guest throws(CheckError) in
                try guest.require(.pageReporting)
                try guest.load()
                try guest.expectFreed(guest.pages) { () throws(CheckError) in try report(guest, guest.pages) }
            },
            Check("spec V13", "reported pages are not changed after the acknowledgement") {
                guest throws(CheckError) in
                try guest.require(.pageReporting)
                try guest.load()
                try report(guest, guest.pages)
                try guest.fill(guest.pages, with: 0x5a)
                try report(guest, guest.otherPages)
                try guest.platform.synchronize()
                try expect(guest.holds(guest.pages, 0x5a), "a page was changed after its report was acknowledged")
            },
            poison(0xaaaa_aaaa, "with a poison value, reported pages hold nothing else afterwards"),
            poison(0, "with poison 0, reported pages read as zeros afterwards"),
            Check("spec D36", "poison_val is written before DRIVER_OK, and not changed after") {
                guest throws(CheckError) in
                try guest.require(.pagePoison)
                let offset = BalloonConfiguration.Offset.poisonValue
                try guest.load(Guest.usual.union(.pagePoison)) { () throws(CheckError) in
                    try guest.write(offset, 0xaa)
                }
                try guest.expectField(offset, 0xaa, "poison_val")
                try guest.write(offset, 0xbb)
                try guest.expectField(offset, 0xaa, "poison_val")
            },
            Check("robustness: reports not aligned", "a report is cut inward, to memory, and around the rings") {
                guest throws(CheckError) in
                try guest.require(.pageReporting)
                try guest.load()
                let first = guest.playground.page(400)
                try guest.fill(first..<first + 4, with: 0x5a)
                let ring = try guest.ring(.reporting)
                let flags = Guest.Ring.Flags.write | Guest.Ring.Flags.next
                try ring.describe(0, address: UInt64(first) << 12 | 1, length: 3 << 12, flags: flags, next: 1)
                try ring.describe(
                    1, address: UInt64(guest.playground.hole - 1) << 12, length: 1 << 30, flags: flags, next: 2)
                try ring.describe(2, address: ring.base, length: UInt32(CheckSize.footprint / 2), flags: flags, next: 3)
                try ring.describe(3, address: .max - 4096, length: 8192, flags: Guest.Ring.Flags.write)
                try ring.offer(0)
                try ring.expectTaken("a report that is not aligned")
                try expect(
                    guest.holds(first..<first + 1, 0x5a), "the page was changed in whose middle a report starts")
                try expect(
                    guest.holds(first + 3..<first + 4, 0x5a), "the page was changed in whose middle a report ends")
                try guest.expectGoesOn()
                try report(guest, guest.pages)
            },
        ]
    }

    private static func poison(_ value: UInt32, _ sentence: String) -> Check {
        Check("spec V14", sentence) { guest throws(CheckError) in
            try guest.require([.pageReporting, .pagePoison])
            let byte = UInt8(truncatingIfNeeded: value)
            try guest.load(Guest.usual.union(.pagePoison)) { () throws(CheckError) in
                try guest.write(BalloonConfiguration.Offset.poisonValue, value)
            }
            try guest.fill(guest.pages, with: byte)
            try report(guest, guest.pages)
            try guest.platform.synchronize()
            try expect(guest.holds(guest.pages, byte), "a reported page holds something else than the poison value")
        }
    }

    /// Reports pages in two parts.
    private static func report(_ guest: Guest, _ pages: Range<UInt32>) throws(CheckError) {
        let ring = try guest.ring(.reporting)
        let half = UInt32(pages.count / 2)
        let flags = Guest.Ring.Flags.write
        try ring.describe(
            0, address: UInt64(pages.lowerBound) << 12, length: half << 12, flags: flags | Guest.Ring.Flags.next,
            next: 1)
        try ring.describe(1, address: UInt64(pages.lowerBound + half) << 12, length: half << 12, flags: flags)
        try ring.offer(0)
        try ring.expectTaken("a report")
    }
}
