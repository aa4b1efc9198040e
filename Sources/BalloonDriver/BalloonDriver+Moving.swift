internal import Balloon
internal import Virtio

extension BalloonDriver where Transport: ~Copyable, Clock: ~Copyable {
    /// Puts page `new` into the balloon in place of `old`, for a system that compacts its memory (spec D6): inflate,
    /// wait, deflate, wait. `actual` does not change.
    ///
    /// - Parameters:
    ///   - old: a page in the balloon.
    ///   - new: a page of the caller's; it is the balloon's if ``PageMove/moved`` is returned or an error is thrown.
    ///   - pages: the system's allocator, which gets the old page.
    /// - Throws: ``DriverError/notRunning`` if the driver is not running; ``DriverError/deviceSilent(_:)`` if an answer
    ///   takes longer than ``DriverConfiguration/patience``, and ``DriverError/queue(_:_:)`` if it breaks the rules:
    ///   the driver has then failed.
    public mutating func move(
        _ old: UInt32, to new: UInt32, _ pages: inout some PageSource & ~Copyable
    ) throws(DriverError) -> PageMove {
        guard state == .running else { throw .notRunning }
        guard old != new, held.contains(UInt64(old)), !held.contains(UInt64(new)), UInt64(new) < held.range.end,
            UInt64(new) >= held.range.start, slots.deflating == 0, hasRoom(.inflate), hasRoom(.deflate)
        else { return .refused }
        do throws(DriverError) {
            let keepsSize = held.count + inflatingPages <= Int(target)
            if keepsSize { try exchange(.inflate, new, &pages) }
            // An OOM call cannot come between, but the answer may have come with others: look again.
            guard held.remove(UInt64(old)) else { return keepsSize ? .moved : .refused }
            try exchange(.deflate, old, &pages)
            if keepsSize { counters.movedPages += 1 }
            return keepsSize ? .moved : .released
        } catch {
            fail(error)
            throw error
        }
    }

    private mutating func hasRoom(_ role: QueueRole) -> Bool {
        let use = role == .inflate ? MessageSlots.Use.inflate : .deflate(isFreed: false)
        guard slots.free(for: use) != nil else { return false }
        return room(role) > 0
    }

    /// Sends a message of one page, for which there is room, and waits for the answer.
    private mutating func exchange(
        _ role: QueueRole, _ page: UInt32, _ pages: inout some PageSource & ~Copyable
    ) throws(DriverError) {
        let isFreed = !negotiated.contains(.mustTellHost)
        let use = role == .inflate ? MessageSlots.Use.inflate : .deflate(isFreed: isFreed)
        guard let slot = slots.free(for: use) else { return }
        slots.pages(slot, 1)[0] = page
        let start = clock.now()
        let buffer = slots.send(slot, use, length: 1, at: start)
        if role == .inflate { inflatingPages += 1 } else { deflatingPages += 1 }
        guard add(role, buffer, token: slot) else { return }
        counters.messages += 1
        kick(role)
        if role == .deflate, isFreed { release(slot, 1, &pages) }
        while slots[slot].use != .free {
            if try reap(&pages) { continue }
            guard clock.now() &- start < configuration.patience else { throw .deviceSilent(role) }
            clock.relax()
        }
    }
}
