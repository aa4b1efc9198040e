import Balloon
import VhostUser

/// Page numbers that make no sense.
extension Check {
    static let badPages: [Check] = [
        strange("PFN outside memory", [ProbeGuest.high + ProbeGuest.highCount, 0x0fff_ffff, .max]),
        strange("PFN in a hole", [ProbeGuest.hole, ProbeGuest.hole + 1000, ProbeGuest.high - 1]),
        strange("PFN 0", [0, 0]),
        strange("PFN twice", [6000, 6000, 6000]),
        Check("robustness: PFN of the ring", "the ring's own pages stay as they are") { guest in
            try guest.load()
            let ring = try guest.ring(.inflate)
            try ring.describe(100, 0x1234_5678, 77, flags: 0, next: 99)
            let first = UInt32(ring.queue.descriptors >> 12)
            let count = UInt32((ProbeRing.footprint / 2) >> 12)
            try guest.inflate(first..<first + count, "an inflate request for the ring's own pages")
            let entry = try guest.memory.pointer(to: ring.queue.descriptors + 1600, count: 16)
            try expect(
                entry.load(as: UInt64.self).littleEndian == 0x1234_5678, "the ring's descriptor table was discarded")
            try guest.expectGoesOn()
        },
        Check("robustness: deflate of pages never inflated", "the request is returned, the pages stay") { guest in
            try guest.load()
            try guest.fill(ProbeGuest.pages, with: 0x5a)
            try guest.deflate(ProbeGuest.pages)
            try guest.deflate([0, ProbeGuest.hole, .max])
            try expect(guest.holds(ProbeGuest.pages, 0x5a), "a page was changed by its deflate")
            try guest.expectGoesOn()
        },
        Check("robustness: an array in a page of its own", "a request that gives its own buffer away ends") { guest in
            try guest.load()
            let own = UInt32(try guest.ring(.inflate).buffer >> 12)
            let ring = try guest.ring(.inflate)
            try ring.post(ProbeGuest.bytes((0..<1024).map { own + $0 / 64 }))
            try ring.expectReturned("a request that gives its own buffer away")
            try guest.expectGoesOn()
        },
        Check("robustness: huge arrays", "96 MiB of page numbers hold up neither deflation nor the next machine") {
            guest in
            try guest.load()
            let ring = try guest.ring(.inflate)
            for index in 0..<6 as Range<UInt16> {
                try ring.describe(
                    index, 0x20_0000, 16 << 20, flags: index == 5 ? 0 : ProbeRing.Flags.next, next: index + 1)
            }
            try ring.offer(0)
            try guest.deflate([1], "a deflate request beside it")
            try guest.expectNextIsServed()
        },
    ]

    private static func strange(_ row: String, _ pages: [UInt32]) -> Check {
        Check("robustness: \(row)", "ignored, returned, and good pages beside it count") { guest in
            try guest.load()
            try guest.expectFreed(ProbeGuest.pages) { try guest.inflate(pages + ProbeGuest.pages + pages) }
            try guest.deflate(pages + ProbeGuest.pages + pages)
            try guest.expectGoesOn()
        }
    }
}
