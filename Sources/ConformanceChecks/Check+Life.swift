internal import Balloon
internal import Virtio

/// Start, end, and which queue is which.
extension Check {
    static var life: [Check] {
        [
            numbering("dense numbers, as Linux counts", isDense: true),
            numbering("fixed numbers, as the specification lists", isDense: false),
            Check("robustness: early kicks", "a request from before DRIVER_OK is served") {
                guest throws(CheckError) in
                try guest.load { () throws(CheckError) in
                    try guest.rings[0].post(Guest.bytes([guest.playground.page(500)]))
                }
                try guest.ring(.inflate).expectReturned("a request that was kicked before DRIVER_OK")
                try guest.expectGoesOn()
            },
            Check("robustness: spurious notifications", "kicks with nothing behind them do no harm") {
                guest throws(CheckError) in
                try guest.load()
                for _ in 0..<100 { for role in guest.requestRoles { try guest.ring(role).kick() } }
                try guest.expectGoesOn()
            },
            Check("robustness: plain ring", "the device works without EVENT_IDX and indirect descriptors") {
                guest throws(CheckError) in
                try guest.load(transport: VirtioFeatures.version1)
                try guest.expectFreed(guest.pages) { () throws(CheckError) in try guest.inflate(guest.pages) }
                for _ in 0..<300 { try guest.expectGoesOn() }
            },
            Check("robustness: reset", "after a reset the same features negotiate again, and the balloon is empty") {
                guest throws(CheckError) in
                try guest.load()
                try guest.inflate(guest.pages)
                try guest.platform.renew()
                try guest.load()
                try guest.expectFreed(guest.pages) { () throws(CheckError) in try guest.inflate(guest.pages) }
            },
            Check("robustness: a machine goes and comes", "the next machine is served") { guest throws(CheckError) in
                try guest.load()
                try guest.inflate(guest.pages)
                try guest.expectNextIsServed()
            },
        ]
    }

    /// Reporting is the last queue: at 2 where queues are dense, at 4 where they are not.
    private static func numbering(_ sentence: String, isDense: Bool) -> Check {
        Check("spec queue numbers", sentence) { guest throws(CheckError) in
            try guest.require(.pageReporting)
            try guest.load([.mustTellHost, .pageReporting], isDense: isDense)
            let ring = try guest.ring(.reporting)
            try guest.expectFreed(guest.pages) { () throws(CheckError) in
                try ring.describe(
                    0, address: UInt64(guest.pages.lowerBound) << 12, length: UInt32(guest.pages.count) << 12,
                    flags: Guest.Ring.Flags.write)
                try ring.offer(0)
                try ring.expectTaken("a report on queue \(try guest.number(of: .reporting))")
            }
            try guest.expectGoesOn()
        }
    }
}
