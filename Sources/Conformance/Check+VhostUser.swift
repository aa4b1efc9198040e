import Balloon
import ConformanceChecks
import Virtio

/// What only a VMM can play: a machine that is paused, and bytes of the configuration.
extension Check where Platform == VhostUserPlatform {
    private typealias Offset = BalloonConfiguration.Offset

    static var ofVhostUser: [Check] {
        [
            Check("robustness: stop and go on", "a queue goes on where it was stopped") { guest throws(CheckError) in
                try guest.load()
                let page = guest.platform.playground.firstPage
                for round in 1...3 as ClosedRange<UInt32> {
                    for _ in 0..<3 { try guest.inflate([page]) }
                    let bases = try guest.platform.pause()
                    let base = bases[try guest.number(of: .inflate)]
                    try expect(
                        base == CheckGuest<VhostUserPlatform>.base(guest.kind, after: 3 * round),
                        "stopped at \(base) after \(3 * round) requests")
                    try guest.platform.resume(bases)
                }
                try guest.expectGoesOn()
            },
            Check("robustness: stop and go on", "a request from while the device was stopped is served") {
                guest throws(CheckError) in
                try guest.load()
                try guest.expectGoesOn()
                let bases = try guest.platform.pause()
                try guest.ring(.inflate).post(Guest.bytes([guest.platform.playground.firstPage]))
                try guest.platform.resume(bases)
                try guest.ring(.inflate).expectReturned("a request from while the device was stopped")
            },
            Check("robustness: reset", "a driver that comes back on the same connection finds an empty balloon") {
                guest throws(CheckError) in
                let pages = guest.platform.playground.firstPage..<guest.platform.playground.firstPage + 512
                try guest.load()
                try guest.inflate(pages)
                _ = try guest.platform.pause()
                try guest.load()
                try guest.expectFreed(pages) { () throws(CheckError) in try guest.inflate(pages) }
            },
            Check("robustness: a broken queue", "works again when it is set up again on the same connection") {
                guest throws(CheckError) in
                try guest.load()
                try guest.ring(.inflate).offer(.max)
                try guest.platform.synchronize()
                _ = try guest.platform.pause()
                try guest.load()
                try guest.expectGoesOn()
            },
            Check("spec L2", "fields are little-endian") { guest throws(CheckError) in
                try guest.requireConfiguration()
                try guest.load()
                try write(guest, Offset.actual, [4, 3, 2, 1])
                let bytes = try guest.platform.read(Offset.actual, count: 4)
                try expect(bytes == [4, 3, 2, 1], "written as 4, 3, 2, 1; read as \(bytes)")
            },
            Check("spec L5", "actual can be written byte by byte") { guest throws(CheckError) in
                try guest.requireConfiguration()
                try guest.load()
                for (index, byte) in ([4, 3, 2, 1] as [UInt8]).enumerated() {
                    try write(guest, Offset.actual + index, [byte])
                }
                try guest.expectField(Offset.actual, 0x0102_0304, "actual")
                try guest.expectGoesOn()
            },
            Check("spec L5", "a write of the whole structure, as QEMU sends it, stores actual") {
                guest throws(CheckError) in
                try guest.requireConfiguration()
                try guest.load()
                var bytes = try guest.platform.read(0, count: 8)
                bytes.replaceSubrange(4..., with: Guest.bytes([77]))
                try write(guest, 0, bytes)
                try guest.expectField(Offset.actual, 77, "actual")
            },
        ]
    }

    /// Writes bytes, and waits until the device has dealt with them.
    private static func write(_ guest: Guest, _ offset: Int, _ bytes: [UInt8]) throws(CheckError) {
        try guest.platform.write(offset, bytes)
        try guest.platform.synchronize()
    }
}

extension CheckGuest where Platform == VhostUserPlatform {
    /// The base of a queue after `requests` requests of one descriptor, on a ring of 128 entries.
    static func base(_ kind: RingKind, after requests: UInt32) -> UInt32 {
        guard kind == .packed else { return requests }
        let place = UInt32(
            PackedPosition(index: UInt16(requests % 128), wrap: requests / 128 % 2 == 0).encoded)
        return place << 16 | place
    }
}
