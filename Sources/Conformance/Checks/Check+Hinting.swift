import Balloon
import Linux
import VhostUser

/// Free page hinting. A probe cannot make the device begin it, but sees what the device does with hints.
extension Check {
    private static let commandID = BalloonConfiguration.Offset.freePageHintCommandID

    static let hinting: [Check] = [
        Check("spec V6", "while there is nothing to hint, the command is STOP or DONE") { guest in
            let id = try load(guest)
            guard id < 2 else { throw CheckError.skipped("the device hints already, under command \(id)") }
        },
        Check("spec V8", "pages given under another command are ignored, and returned") { guest in
            let id = try load(guest)
            let stale = id ^ 0x7777_0000
            try guest.fill(ProbeGuest.pages, with: 0x5a)
            try command(guest, stale)
            try hint(guest)
            try guest.roundTrip()
            try expect(guest.holds(ProbeGuest.pages, 0x5a), "a page was changed that was hinted under a stale command")
            try guest.expectGoesOn()
        },
        Check("spec V9", "a page that the guest wrote after the command was issued is not changed") { guest in
            let id = try load(guest)
            try guest.fill(ProbeGuest.pages, with: 0x5a)
            try command(guest, id)
            try hint(guest)
            try guest.roundTrip()
            try expect(guest.holds(ProbeGuest.pages, 0x5a), "a hinted page was changed that the guest had written")
        },
        Check("spec V10", "hinted pages are not changed after the end") { guest in
            let id = try load(guest)
            try command(guest, id)
            try hint(guest)
            try command(guest, 0)
            try guest.fill(ProbeGuest.pages, with: 0x5a)
            try guest.expectGoesOn()
            try expect(guest.holds(ProbeGuest.pages, 0x5a), "a page was changed after hinting ended")
        },
        Check("spec V11", "DONE is reported when the driver has no more, and the id is not used again (V7)") { guest in
            let id = try load(guest)
            guard id >= 2 else { throw CheckError.skipped("the device does not ask for hints") }
            try command(guest, id)
            try hint(guest)
            try expect(guest.field(commandID) == id, "the command changed before the driver's STOP")
            try command(guest, 0)
            var now = try guest.field(commandID)
            let deadline = MonotonicClock.now() &+ guest.patience
            while now == id, MonotonicClock.now() < deadline,
                try guest.front.awaitConfigurationChange(within: guest.patience)
            {
                now = try guest.field(commandID)
            }
            try expect(now != id, "the command is still \(id) after the driver's STOP")
        },
        Check("robustness: hint commands", "a command of any length is returned") { guest in
            _ = try load(guest)
            let ring = try guest.ring(.freePageHint)
            for bytes in [[2], [2, 0, 0], [2, 0, 0, 0, 0, 0, 0, 0]] as [[UInt8]] {
                try ring.post(bytes)
                try ring.expectReturned("a command of \(bytes.count) bytes")
            }
            try hint(guest)
            try guest.expectGoesOn()
        },
    ]

    /// - Returns: the current command id.
    private static func load(_ guest: ProbeGuest) throws -> UInt32 {
        try guest.require(.freePageHint)
        try guest.load([.mustTellHost, .freePageHint])
        return try guest.field(commandID)
    }

    private static func command(_ guest: ProbeGuest, _ id: UInt32) throws {
        let ring = try guest.ring(.freePageHint)
        try ring.post(ProbeGuest.bytes([id]))
        try ring.expectReturned("command \(id)")
    }

    private static func hint(_ guest: ProbeGuest) throws {
        let ring = try guest.ring(.freePageHint)
        try ring.describe(
            0, UInt64(ProbeGuest.pages.lowerBound) << 12, UInt32(ProbeGuest.pages.count) << 12,
            flags: ProbeRing.Flags.write)
        try ring.offer(0)
        guard let entry = try ring.awaitUsed().first else { throw CheckError.failed("a hint was not returned in time") }
        try expect(entry.head == 0, "chain \(entry.head) was returned instead of 0")
    }
}
