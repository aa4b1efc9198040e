internal import Balloon

/// Inflate and deflate.
extension Check {
    static var pages: [Check] {
        [
            Check("spec V2", "without MUST_TELL_HOST, inflated memory is free when the inflate is acknowledged") {
                guest throws(CheckError) in
                do throws(CheckError) {
                    try guest.load([.deflateOnOOM])
                } catch {
                    guard guest.offered.contains(.mustTellHost) else { throw error }
                    throw .skipped("the device insists on MUST_TELL_HOST (V1)")
                }
                try guest.expectFreed(guest.pages) { () throws(CheckError) in try guest.inflate(guest.pages) }
            },
            Check("spec V3", "with MUST_TELL_HOST, inflated memory is freed") { guest throws(CheckError) in
                try guest.require(.mustTellHost)
                try guest.load([.mustTellHost])
                try guest.expectFreed(guest.pages) { () throws(CheckError) in
                    try guest.inflate(guest.pages.reversed())
                }
            },
            Check("spec V3", "memory above 4 GiB is freed by its own page numbers") { guest throws(CheckError) in
                guard let pages = guest.playground.high else { throw .skipped("there is no memory above the hole") }
                try guest.load()
                try guest.expectFreed(pages) { () throws(CheckError) in try guest.inflate(pages) }
            },
            Check("spec V3", "a deflated page can be used and stays as the guest wrote it") {
                guest throws(CheckError) in
                try guest.load()
                try guest.inflate(guest.pages)
                try guest.deflate(guest.pages)
                try guest.fill(guest.pages, with: 0x5a)
                try guest.inflate(guest.otherPages)
                try guest.platform.synchronize()
                try expect(guest.holds(guest.pages, 0x5a), "a page was changed after its deflate was acknowledged")
            },
            Check("spec V2", "pages that nobody gave are left alone") { guest throws(CheckError) in
                try guest.load()
                try guest.fill(guest.otherPages, with: 0x5a)
                try guest.inflate(guest.pages)
                try guest.platform.synchronize()
                try expect(guest.holds(guest.otherPages, 0x5a), "a page was changed that is not in the balloon")
            },
            Check("spec D10", "many requests in flight are each returned once") { guest throws(CheckError) in
                try guest.load()
                let ring = try guest.ring(.inflate)
                for head in 0..<ring.size {
                    let page = guest.pages.lowerBound + UInt32(head)
                    try ring.post(Guest.bytes([page]), head: head, at: 4 * UInt64(head))
                }
                let heads = try ring.awaitUsed(Int(ring.size)).map { $0.head }.sorted()
                try expect(heads.count == Int(ring.size), "\(heads.count) of \(ring.size) were returned")
                for index in heads.indices {
                    try expect(heads[index] == UInt32(index), "chain \(heads[index]) was returned twice or is none")
                }
                try guest.expectGoesOn()
            },
            Check("robustness: framing", "an array that spans descriptors, and splits a number, is one array") {
                guest throws(CheckError) in
                try guest.load()
                let ring = try guest.ring(.inflate)
                let bytes = Guest.bytes(guest.pages)
                try guest.expectFreed(guest.pages) { () throws(CheckError) in
                    try ring.fill(bytes)
                    try ring.describe(0, address: ring.buffer, length: 6, flags: Guest.Ring.Flags.next, next: 5)
                    try ring.describe(5, address: ring.buffer + 6, length: 1001, flags: Guest.Ring.Flags.next, next: 4)
                    try ring.describe(4, address: ring.buffer + 1007, length: UInt32(bytes.count - 1007))
                    try ring.offer(0)
                    try ring.expectReturned("an array in three parts")
                }
            },
            Check("robustness: framing", "an indirect table is taken") { guest throws(CheckError) in
                try guest.requireIndirect()
                try guest.load()
                let ring = try guest.ring(.inflate)
                let table = ring.buffer + 0x8000
                try guest.expectFreed(guest.pages) { () throws(CheckError) in
                    try ring.fill(Guest.bytes(guest.pages))
                    try ring.describe(
                        at: table, address: ring.buffer, length: 1024, flags: Guest.Ring.Flags.next, next: 1)
                    try ring.describe(at: table + 16, address: ring.buffer + 1024, length: 1024)
                    try ring.describe(0, address: table, length: 32, flags: Guest.Ring.Flags.indirect)
                    try ring.offer(0)
                    try ring.expectReturned("a request in an indirect table")
                }
            },
        ]
    }
}
