import Balloon
import Linux
import VhostUser

/// Rings that make no sense: their queue may be given up, the device may not.
extension Check {
    static let badRings: [Check] =
        [ProbeRing.size + 1, 1000, 32768, 65535].map { index in
            Check("robustness: avail.idx jumps", "to \(index), and the device lives") { guest in
                try guest.load()
                let ring = try guest.ring(.inflate)
                try ring.publish(index)
                ring.queue.kick.signal()
                try guest.roundTrip()
                try guest.expectNextIsServed()
            }
        }
        + [ProbeRing.size, 65535].map { head in
            Check("robustness: head outside the table", "head \(head), and the device lives") { guest in
                try guest.load()
                try guest.ring(.inflate).offer(head)
                try guest.roundTrip()
                try guest.expectNextIsServed()
            }
        }
        + [
            Check("robustness: a broken queue", "works again when the driver sets it up again") { guest in
                try guest.load()
                try guest.ring(.inflate).publish(1000)
                try guest.ring(.inflate).queue.kick.signal()
                try guest.roundTrip()
                _ = try guest.stop()
                try guest.load()
                try guest.expectGoesOn()
            }
        ]
}
