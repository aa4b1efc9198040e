internal import Balloon

/// Page numbers that make no sense.
extension Check {
    static var badPages: [Check] {
        [
            strange("PFN outside memory") { [$0.end, 0x0fff_ffff, .max] },
            strange("PFN in a hole") { [$0.hole, $0.hole + 1000, $0.high == nil ? $0.hole + 1 : (1 << 20) - 1] },
            strange("PFN 0") { _ in [0, 0] },
            strange("PFN twice") { [$0.page(400), $0.page(400), $0.page(400)] },
            Check("robustness: PFN of the ring", "the ring's own pages stay as they are") {
                guest throws(CheckError) in
                try guest.load()
                let ring = try guest.ring(.inflate)
                let last = ring.size - 1
                try ring.describe(last, address: 0x1234_5678, length: 77, flags: 0, next: last)
                let first = UInt32(ring.base >> 12)
                let count = UInt32((CheckSize.footprint / 2) >> 12)
                try guest.inflate(first..<first + count, "an inflate request for the ring's own pages")
                let entry = try guest.platform.pointer(to: ring.base + 16 * UInt64(last), count: 16)
                try expect(
                    entry.load(as: UInt64.self).littleEndian == 0x1234_5678,
                    "the ring's descriptor table was discarded")
                try guest.expectGoesOn()
            },
            Check("robustness: deflate of pages never inflated", "the request is returned, the pages stay") {
                guest throws(CheckError) in
                try guest.load()
                try guest.fill(guest.pages, with: 0x5a)
                try guest.deflate(guest.pages)
                try guest.deflate([0, guest.playground.hole, .max])
                try expect(guest.holds(guest.pages, 0x5a), "a page was changed by its deflate")
                try guest.expectGoesOn()
            },
            Check("robustness: inflate twice", "a page that is in the balloon is taken again, and comes back once") {
                guest throws(CheckError) in
                try guest.load()
                try guest.expectFreed(guest.pages) { () throws(CheckError) in try guest.inflate(guest.pages) }
                try guest.inflate(guest.pages, "an inflate request for pages that are in the balloon")
                try guest.deflate(guest.pages)
                try guest.fill(guest.pages, with: 0x5a)
                try guest.deflate(guest.pages, "a deflate request for pages that came back already")
                try guest.inflate(guest.otherPages)
                try guest.platform.synchronize()
                try expect(guest.holds(guest.pages, 0x5a), "a page was changed after its deflate was acknowledged")
                try guest.expectGoesOn()
            },
            Check("robustness: an array in a page of its own", "a request that gives its own buffer away ends") {
                guest throws(CheckError) in
                try guest.load()
                let ring = try guest.ring(.inflate)
                let own = UInt32(ring.buffer >> 12)
                try ring.post(Guest.bytes((0..<1024).map { own + $0 / 64 }))
                try ring.expectReturned("a request that gives its own buffer away")
                try guest.expectGoesOn()
            },
            lengths("an array that ends in the middle of a number is returned", [1, 3, 5, 4095]),
            lengths("an empty array is returned", [0]),
            Check("robustness: huge arrays", "millions of page numbers hold up neither deflation nor the next machine")
            { guest throws(CheckError) in
                try guest.load()
                let (bulk, length) = (guest.playground.bulk, guest.playground.bulkLength)
                let ring = try guest.ring(.inflate)
                for index in 0..<6 as Range<UInt16> {
                    try ring.describe(
                        index, address: bulk, length: length, flags: index == 5 ? 0 : Guest.Ring.Flags.next,
                        next: index + 1)
                }
                try ring.offer(0)
                try guest.deflate([1], "a deflate request beside it")
                try guest.expectNextIsServed()
            },
        ]
    }

    private static func lengths(_ sentence: String, _ lengths: [UInt32]) -> Check {
        Check("robustness: request length", sentence) { guest throws(CheckError) in
            try guest.load()
            for length in lengths {
                for role in [.inflate, .deflate] as [QueueRole] {
                    let ring = try guest.ring(role)
                    try ring.fill(Guest.bytes([UInt32](repeating: guest.playground.page(401), count: 1024)))
                    try ring.describe(0, address: ring.buffer, length: length)
                    try ring.offer(0)
                    try ring.expectReturned("an array of \(length) bytes on the \(role.name) queue")
                }
            }
            try guest.expectGoesOn()
        }
    }

    private static func strange(_ row: String, _ pages: @escaping @Sendable (Playground) -> [UInt32]) -> Check {
        Check("robustness: \(row)", "ignored, returned, and good pages beside it count") { guest throws(CheckError) in
            let pages = pages(guest.playground)
            try guest.load()
            try guest.expectFreed(guest.pages) { () throws(CheckError) in
                try guest.inflate(pages + guest.pages + pages)
            }
            try guest.deflate(pages + guest.pages + pages)
            try guest.expectGoesOn()
        }
    }
}
