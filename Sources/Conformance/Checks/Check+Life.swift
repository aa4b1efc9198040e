import Balloon
import Linux
import VhostUser
import Virtio

/// Start, stop, and which queue is which.
extension Check {
    static let life: [Check] = [
        numbering("dense numbers, as Linux counts", isDense: true),
        numbering("fixed numbers, as the specification lists", isDense: false),
        Check("robustness: early kicks", "a request from before DRIVER_OK is served") { guest in
            try guest.load { try guest.rings[0].post(ProbeGuest.bytes([7000])) }
            try guest.ring(.inflate).expectReturned("a request that was kicked before the queue was enabled")
            try guest.expectGoesOn()
        },
        Check("robustness: spurious notifications", "kicks with nothing behind them do no harm") { guest in
            try guest.load()
            for _ in 0..<100 { for role in guest.requestRoles { try guest.ring(role).queue.kick.signal() } }
            try guest.expectGoesOn()
        },
        Check("robustness: plain ring", "the device works without EVENT_IDX and indirect descriptors") { guest in
            try guest.load(transport: VirtioFeatures.version1)
            try guest.expectFreed(ProbeGuest.pages) { try guest.inflate(ProbeGuest.pages) }
            for _ in 0..<300 { try guest.expectGoesOn() }
        },
        Check("robustness: stop and go on", "a queue goes on where it was stopped") { guest in
            try guest.load()
            for round in 1...3 as ClosedRange<UInt32> {
                for _ in 0..<3 { try guest.inflate([7000]) }
                let bases = try guest.stop()
                let base = bases[try guest.number(of: .inflate)]
                try expect(base == guest.base(after: 3 * round), "stopped at \(base ?? 0) after \(3 * round) requests")
                try guest.resume(bases)
            }
            try guest.expectGoesOn()
        },
        Check("robustness: stop and go on", "a request from while the device was stopped is served") { guest in
            try guest.load()
            try guest.expectGoesOn()
            let bases = try guest.stop()
            try guest.ring(.inflate).post(ProbeGuest.bytes([7001]))
            try guest.resume(bases)
            try guest.ring(.inflate).expectReturned("a request from while the device was stopped")
        },
        Check("robustness: reset", "after a reset the same features negotiate again, and the balloon is empty") {
            guest in
            try guest.load()
            try guest.inflate(ProbeGuest.pages)
            _ = try guest.stop()
            try guest.load()
            try guest.expectFreed(ProbeGuest.pages) { try guest.inflate(ProbeGuest.pages) }
        },
        Check("robustness: a machine goes and comes", "the next machine on the socket is served") { guest in
            try guest.load()
            try guest.inflate(ProbeGuest.pages)
            try guest.expectNextIsServed()
        },
    ]

    /// Reporting is the last queue: at 2 where queues are dense, at 4 where they are not.
    private static func numbering(_ sentence: String, isDense: Bool) -> Check {
        Check("spec queue numbers", sentence) { guest in
            try guest.require(.pageReporting)
            try guest.load([.mustTellHost, .pageReporting], isDense: isDense)
            let ring = try guest.ring(.reporting)
            try guest.expectFreed(ProbeGuest.pages) {
                try ring.describe(
                    0, UInt64(ProbeGuest.pages.lowerBound) << 12, UInt32(ProbeGuest.pages.count) << 12,
                    flags: ProbeRing.Flags.write)
                try ring.offer(0)
                guard try ring.awaitUsed().first?.head == 0 else {
                    throw CheckError.failed("queue \(try guest.number(of: .reporting)) does not take reports")
                }
            }
            try guest.expectGoesOn()
        }
    }
}
