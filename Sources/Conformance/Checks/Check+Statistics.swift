import Balloon
import Linux
import VhostUser

/// The queue that runs backwards. When it asks is the device's business, so a second buffer makes it return the first.
extension Check {
    static let statistics: [Check] = [
        Check("spec V4", "unknown tags are ignored") { guest in
            try exchange(guest, [[(16, 1), (0x7fff, 2), (65534, 3)], [(4, 5), (999, 6), (5, 7)]])
        },
        Check("spec V5", "tags come in any order") { guest in
            try exchange(guest, [[(9, 1), (5, 2), (0, 3), (4, 4)], [(4, 1), (9, 2), (0, 3), (5, 4)]])
        },
        Check("spec D22", "any subset of the tags will do, and none at all") { guest in
            try exchange(guest, [[(4, 1)], [(6, 1), (7, 2)], (0..<16).map { ($0, 1) }, [], [(4, 1), (4, 2)]])
        },
        Check("spec L7", "the first buffer may hold anything") { guest in
            try exchange(guest, [(0..<16).map { ($0, .max) }, [(4, 1)]])
        },
        Check("robustness: a second statistics buffer", "the older one is returned") { guest in
            try guest.require(.statistics)
            try guest.load()
            let ring = try guest.ring(.statistics)
            for head in 0..<2 as Range<UInt16> { try ring.post(bytes([(4, 1)]), head: head, at: 1024 * UInt64(head)) }
            try ring.expectReturned("the older of two statistics buffers")
            try guest.expectGoesOn()
        },
        Check("robustness: statistics length", "a buffer of any length is taken") { guest in
            try guest.require(.statistics)
            try guest.load()
            let ring = try guest.ring(.statistics)
            for (index, length) in ([0, 1, 9, 11, 25, 4096, 65536] as [UInt32]).enumerated() {
                let head = UInt16(index % 2)
                try ring.describe(head, ring.buffer, length)
                try ring.offer(head)
                try expectHealthy(guest)
            }
        },
    ]

    private static func bytes(_ entries: [(tag: UInt16, value: UInt64)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (tag, value) in entries {
            withUnsafeBytes(of: tag.littleEndian) { bytes += $0 }
            withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
        }
        return bytes
    }

    /// Gives buffer after buffer; each makes the device return the one before.
    private static func exchange(_ guest: ProbeGuest, _ buffers: [[(UInt16, UInt64)]]) throws {
        try guest.require(.statistics)
        try guest.load()
        let ring = try guest.ring(.statistics)
        for (index, buffer) in (buffers + [[(4, 1)]]).enumerated() {
            let head = UInt16(index % 2)
            try ring.post(bytes(buffer.map { (tag: $0.0, value: $0.1) }), head: head, at: 1024 * UInt64(head))
            try expectHealthy(guest)
            guard index > 0 else { continue }
            guard let entry = try ring.awaitUsed().first else {
                throw CheckError.skipped("the device did not ask for statistics in time")
            }
            try expect(entry.head == UInt32(1 - head), "chain \(entry.head) was returned instead of \(1 - head)")
            try expect(entry.length == 0, "used length \(entry.length), though nothing was to be written")
        }
        try guest.expectGoesOn()
    }

    /// The statistics queue is not given up, and the others go on.
    private static func expectHealthy(_ guest: ProbeGuest) throws {
        try guest.expectGoesOn()
        let error = try guest.ring(.statistics).queue.error.descriptor.raw
        let isGivenUp = try Readiness.awaitReadable(error, until: 0)
        try expect(!isGivenUp, "the device gave the statistics queue up")
    }
}
