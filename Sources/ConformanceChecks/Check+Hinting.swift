internal import Balloon

/// Free page hinting: what the device does with hints, and where someone makes it begin, how it ends.
extension Check {
    private static var commandID: Int { BalloonConfiguration.Offset.freePageHintCommandID }

    static var hinting: [Check] {
        [
            Check("spec V6", "while there is nothing to hint, the command is STOP or DONE") {
                guest throws(CheckError) in
                let id = try load(guest)
                guard id < 2 else { throw .skipped("the device hints already, under command \(id)") }
            },
            Check("spec V8", "pages given under another command are ignored, and returned") {
                guest throws(CheckError) in
                let id = try load(guest)
                let stale = id ^ 0x7777_0000
                try guest.fill(guest.pages, with: 0x5a)
                try command(guest, stale)
                try hint(guest)
                try guest.platform.synchronize()
                try expect(
                    guest.holds(guest.pages, 0x5a), "a page was changed that was hinted under a stale command")
                try guest.expectGoesOn()
            },
            Check("spec V9", "a page that the guest wrote after the command was issued is not changed") {
                guest throws(CheckError) in
                let id = try load(guest)
                try guest.fill(guest.pages, with: 0x5a)
                try command(guest, id)
                try hint(guest)
                try guest.platform.synchronize()
                try expect(guest.holds(guest.pages, 0x5a), "a hinted page was changed that the guest had written")
            },
            Check("spec V10", "hinted pages are not changed after the end") { guest throws(CheckError) in
                let id = try load(guest)
                try command(guest, id)
                try hint(guest)
                try command(guest, 0)
                try guest.fill(guest.pages, with: 0x5a)
                try guest.expectGoesOn()
                try expect(guest.holds(guest.pages, 0x5a), "a page was changed after hinting ended")
            },
            Check("spec V11", "DONE is reported when the driver has no more") { guest throws(CheckError) in
                _ = try converse(guest)
            },
            Check("spec V7", "an id is not used again, and stands until the driver's STOP") {
                guest throws(CheckError) in
                let first = try converse(guest)
                let second = try begin(guest)
                try expect(first != second, "command \(first) is used again")
                try command(guest, second)
                try expect(guest.field(commandID) == second, "the command changed before the driver's STOP")
                try end(guest, second)
            },
            Check("robustness: hint commands", "a command of any length is returned") { guest throws(CheckError) in
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
    }

    /// - Returns: the current command id.
    private static func load(_ guest: Guest) throws(CheckError) -> UInt32 {
        try guest.require(.freePageHint)
        try guest.load()
        return try guest.field(commandID)
    }

    /// Waits until the device asks for hints.
    ///
    /// - Returns: under which id.
    private static func begin(_ guest: Guest) throws(CheckError) -> UInt32 {
        var id = try guest.field(commandID)
        if id >= 2 { return id }
        guard try guest.platform.beginHinting() else { throw .skipped("nobody makes the device ask for hints") }
        let deadline = guest.platform.now() &+ guest.platform.patience
        while guest.platform.now() < deadline, try guest.platform.awaitConfigurationChange(until: deadline) {
            id = try guest.field(commandID)
            if id >= 2 { return id }
        }
        throw .skipped("the device does not ask for hints")
    }

    /// Answers the device's command with hints until it says DONE.
    ///
    /// - Returns: the command's id.
    private static func converse(_ guest: Guest) throws(CheckError) -> UInt32 {
        _ = try load(guest)
        let id = try begin(guest)
        try command(guest, id)
        try hint(guest)
        try expect(guest.field(commandID) == id, "the command changed before the driver's STOP")
        try end(guest, id)
        return id
    }

    /// Sends STOP, as a driver that has no more to hint, and waits until the device says that it has seen it.
    private static func end(_ guest: Guest, _ id: UInt32) throws(CheckError) {
        try command(guest, 0)
        var now = id
        let deadline = guest.platform.now() &+ guest.platform.patience
        // The notification is waited for too: QEMU dies of one from behind vhost-user that meets a reset.
        while now != 1, guest.platform.now() < deadline,
            try guest.platform.awaitConfigurationChange(until: deadline)
        {
            now = try guest.field(commandID)
        }
        try expect(now != id, "the command is still \(id) after the driver's STOP")
    }

    private static func command(_ guest: Guest, _ id: UInt32) throws(CheckError) {
        let ring = try guest.ring(.freePageHint)
        try ring.post(Guest.bytes([id]))
        try ring.expectReturned("command \(id)")
    }

    private static func hint(_ guest: Guest) throws(CheckError) {
        let ring = try guest.ring(.freePageHint)
        try ring.describe(
            0, address: UInt64(guest.pages.lowerBound) << 12, length: UInt32(guest.pages.count) << 12,
            flags: Guest.Ring.Flags.write)
        try ring.offer(0)
        try ring.expectTaken("a hint")
    }
}
