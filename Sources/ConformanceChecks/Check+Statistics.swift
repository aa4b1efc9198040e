internal import Balloon

/// The queue that runs backwards. When it asks is the device's business, so a second buffer makes it return the first.
extension Check {
    private typealias Entry = (tag: UInt16, value: UInt64)

    static var statistics: [Check] {
        [
            Check("spec V4", "unknown tags are ignored") { guest throws(CheckError) in
                try exchange(guest, [[(16, 1), (0x7fff, 2), (65534, 3)], [(4, 5), (999, 6), (5, 7)]])
            },
            Check("spec V5", "tags come in any order") { guest throws(CheckError) in
                try exchange(guest, [[(9, 1), (5, 2), (0, 3), (4, 4)], [(4, 1), (9, 2), (0, 3), (5, 4)]])
            },
            Check("spec D22", "any subset of the tags will do") { guest throws(CheckError) in
                try exchange(guest, [[(4, 1)], [(6, 1), (7, 2)], (0..<16).map { ($0, 1) }, [(4, 1), (4, 2)]])
            },
            Check("spec D22", "no statistics at all will do") { guest throws(CheckError) in
                try exchange(guest, [[(4, 1)], [], [(4, 1)]])
            },
            Check("spec L7", "the first buffer may hold anything") { guest throws(CheckError) in
                try exchange(guest, [(0..<16).map { ($0, .max) }, [(4, 1)]])
            },
            Check("robustness: a second statistics buffer", "the older one is returned") { guest throws(CheckError) in
                try guest.require(.statistics)
                try guest.load()
                let ring = try guest.ring(.statistics)
                for head in 0..<2 as Range<UInt16> {
                    try ring.post(bytes([(4, 1)]), head: head, at: 1024 * UInt64(head))
                }
                try ring.expectReturned("the older of two statistics buffers")
                try guest.expectGoesOn()
            },
            lengths("robustness: statistics length", "a buffer of any length is taken", [1, 9, 11, 25, 4096, 65536]),
            lengths("robustness: statistics length", "an empty buffer is taken", [0, 10]),
        ]
    }

    private static func lengths(_ row: String, _ sentence: String, _ lengths: [UInt32]) -> Check {
        Check(row, sentence) { guest throws(CheckError) in
            try guest.require(.statistics)
            try guest.load()
            let ring = try guest.ring(.statistics)
            var head: UInt16 = 0
            for length in lengths {
                try ring.describe(head, address: ring.buffer, length: length)
                try ring.offer(head)
                try expectHealthy(guest)
                head = 1 - head
            }
        }
    }

    private static func bytes(_ entries: [Entry]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (tag, value) in entries {
            for shift in 0..<2 as Range<UInt16> { bytes.append(UInt8(truncatingIfNeeded: tag >> (8 * shift))) }
            for shift in 0..<8 as Range<UInt64> { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * shift))) }
        }
        return bytes
    }

    /// Gives the device one buffer after another; each makes it return the one before.
    private static func exchange(_ guest: Guest, _ buffers: [[Entry]]) throws(CheckError) {
        try guest.require(.statistics)
        try guest.load()
        let ring = try guest.ring(.statistics)
        var index = 0
        for buffer in buffers + [[(4, 1)]] {
            let head = UInt16(index % 2)
            try ring.post(bytes(buffer), head: head, at: 1024 * UInt64(head))
            try expectHealthy(guest)
            index += 1
            guard index > 1 else { continue }
            guard let entry = try ring.awaitUsed().first else {
                throw .skipped("the device did not ask for statistics in time")
            }
            try expect(entry.head == UInt32(1 - head), "chain \(entry.head) was returned instead of \(1 - head)")
            try expect(entry.length == 0, "used length \(entry.length), though nothing was to be written")
        }
        try guest.expectGoesOn()
    }

    /// Fails the check if the statistics queue was given up, or the others do not go on.
    private static func expectHealthy(_ guest: Guest) throws(CheckError) {
        try guest.expectGoesOn()
        try expect(
            !guest.platform.isGivenUp(guest.number(of: .statistics)), "the device gave the statistics queue up")
    }
}
