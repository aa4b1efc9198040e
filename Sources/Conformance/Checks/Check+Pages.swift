import Balloon
import VhostUser

/// Inflate and deflate.
extension Check {
    static let pages: [Check] = [
        Check("spec V2", "without MUST_TELL_HOST, inflated memory is free when the inflate is acknowledged") { guest in
            if guest.offered.contains(.mustTellHost) {
                do {
                    try guest.load([.deflateOnOOM])
                } catch let error as FrontEndError where error == .closed || error == .refused(.setFeatures) {
                    throw CheckError.skipped("the device insists on MUST_TELL_HOST (V1)")
                }
            } else {
                try guest.load([.deflateOnOOM])
            }
            try guest.expectFreed(ProbeGuest.pages) { try guest.inflate(ProbeGuest.pages) }
        },
        Check("spec V3", "with MUST_TELL_HOST, inflated memory is freed") { guest in
            try guest.require(.mustTellHost)
            try guest.load([.mustTellHost])
            try guest.expectFreed(ProbeGuest.pages) { try guest.inflate(ProbeGuest.pages.reversed()) }
        },
        Check("spec V3", "memory above 4 GiB is freed by its own page numbers") { guest in
            try guest.load()
            let pages = ProbeGuest.high + 512..<ProbeGuest.high + 1024
            try guest.expectFreed(pages) { try guest.inflate(pages) }
        },
        Check("spec V3", "a deflated page can be used and stays as the guest wrote it") { guest in
            try guest.load()
            try guest.inflate(ProbeGuest.pages)
            try guest.deflate(ProbeGuest.pages)
            try guest.fill(ProbeGuest.pages, with: 0x5a)
            try guest.inflate(ProbeGuest.otherPages)
            try guest.roundTrip()
            try expect(guest.holds(ProbeGuest.pages, 0x5a), "a page was changed after its deflate was acknowledged")
        },
        Check("spec V2", "pages that nobody gave are left alone") { guest in
            try guest.load()
            try guest.fill(ProbeGuest.otherPages, with: 0x5a)
            try guest.inflate(ProbeGuest.pages)
            try guest.roundTrip()
            try expect(guest.holds(ProbeGuest.otherPages, 0x5a), "a page was changed that is not in the balloon")
        },
        Check("spec D10", "many requests in flight are each returned once") { guest in
            try guest.load()
            let ring = try guest.ring(.inflate)
            for head in 0..<ProbeRing.size {
                let page = ProbeGuest.pages.lowerBound + UInt32(head)
                try ring.post(ProbeGuest.bytes([page]), head: head, at: 4 * UInt64(head))
            }
            let heads = try ring.awaitUsed(Int(ProbeRing.size)).map(\.head).sorted()
            try expect(
                heads == Array(0..<UInt32(ProbeRing.size)), "\(Set(heads).count) of \(ProbeRing.size) were returned")
            try guest.expectGoesOn()
        },
        Check("robustness: framing", "an array that spans descriptors, and splits a number, is one array") { guest in
            try guest.load()
            let ring = try guest.ring(.inflate)
            let bytes = ProbeGuest.bytes(ProbeGuest.pages)
            try guest.expectFreed(ProbeGuest.pages) {
                try ring.fill(bytes)
                try ring.describe(0, ring.buffer, 6, flags: ProbeRing.Flags.next, next: 9)
                try ring.describe(9, ring.buffer + 6, 1001, flags: ProbeRing.Flags.next, next: 4)
                try ring.describe(4, ring.buffer + 1007, UInt32(bytes.count - 1007))
                try ring.offer(0)
                try ring.expectReturned("an array in three parts")
            }
        },
        Check("robustness: framing", "an indirect table is taken") { guest in
            try guest.requireIndirect()
            try guest.load()
            let ring = try guest.ring(.inflate)
            let table = ring.buffer + 0x8000
            try guest.expectFreed(ProbeGuest.pages) {
                try ring.fill(ProbeGuest.bytes(ProbeGuest.pages))
                try ring.describe(at: table, ring.buffer, 1024, flags: ProbeRing.Flags.next, next: 1)
                try ring.describe(at: table + 16, ring.buffer + 1024, 1024)
                try ring.describe(0, table, 32, flags: ProbeRing.Flags.indirect)
                try ring.offer(0)
                try ring.expectReturned("a request in an indirect table")
            }
        },
    ]
}
