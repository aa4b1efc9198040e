internal import Balloon

/// Rings that make no sense: their queue may be given up, the device may not.
extension Check {
    static var badRings: [Check] {
        ([CheckSize.queue + 1, 1000, 32768, 65535] as [UInt16]).map { index in
            Check("robustness: avail.idx jumps", "to \(index), and the device lives") { guest throws(CheckError) in
                try guest.load()
                let ring = try guest.ring(.inflate)
                try ring.publish(index)
                ring.kick()
                try guest.platform.synchronize()
                try guest.expectNextIsServed()
            }
        }
            + ([CheckSize.queue, 65535] as [UInt16]).map { head in
                Check("robustness: head outside the table", "head \(head), and the device lives") {
                    guest throws(CheckError) in
                    try guest.load()
                    try guest.ring(.inflate).offer(head)
                    try guest.platform.synchronize()
                    try guest.expectNextIsServed()
                }
            }
            + ([0, 3, 100, 65535] as [UInt16]).map { size in
                odd("robustness: queue size", "\(size) entries, and the device lives") { place, _ in place.size = size }
            }
            + [
                odd("robustness: ring outside memory", "the descriptor table, and the device lives") {
                    $0.descriptors = UInt64($1.hole) << 12
                },
                odd("robustness: ring outside memory", "the used ring, and the device lives") {
                    $0.used = UInt64($1.hole) << 12
                },
                odd("robustness: ring not aligned", "an available ring at an odd address, and the device lives") {
                    place, _ in place.available += 1
                },
                Check("robustness: a broken queue", "works again when the driver sets it up again") {
                    guest throws(CheckError) in
                    try guest.load()
                    try guest.ring(.inflate).publish(1000)
                    try guest.ring(.inflate).kick()
                    try guest.platform.synchronize()
                    try guest.platform.renew()
                    try guest.load()
                    try guest.expectGoesOn()
                },
            ]
    }

    /// Lays the inflate queue where none can be. A device may refuse that in any way, as long as it serves the guest
    /// that comes next.
    private static func odd(
        _ row: String, _ sentence: String, _ change: @escaping @Sendable (inout QueuePlace, Playground) -> Void
    ) -> Check {
        Check(row, sentence) { guest throws(CheckError) in
            let playground = guest.playground
            do throws(CheckError) {
                try guest.load(change: { if $0.number == 0 { change(&$0, playground) } })
                try guest.ring(.inflate).post(Guest.bytes([playground.page(0)]))
                try guest.platform.synchronize()
            } catch {
                // What matters comes now.
            }
            try guest.expectNextIsServed()
        }
    }
}
