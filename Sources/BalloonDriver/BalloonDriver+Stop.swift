internal import Balloon
internal import Virtio

extension BalloonDriver where Transport: ~Copyable, Clock: ~Copyable {
    /// Empties the balloon and lets the device go: before the system sleeps, ends, or unloads the driver.
    ///
    /// After it ``start(_:)`` begins anew, and inflates to the device's target again.
    ///
    /// - Throws: why the device did not let go in the regular way. All pages are back even so, unless it is
    ///   ``DriverError/resetTimedOut``.
    public mutating func suspend(_ pages: inout some PageSource & ~Copyable) throws(DriverError) {
        switch state {
        case .stopped: return
        case .failed: return try recover(&pages)
        case .running: break
        }
        var fault: DriverError?
        do throws(DriverError) { try empty(&pages) } catch { fault = error }
        writeActual(clock.now(), always: true)
        try recover(&pages)
        if let fault { throw fault }
    }

    /// Resets a device that was given up, and takes everything back that it had. The driver can then be started again.
    ///
    /// - Throws: ``DriverError/resetTimedOut``: the device may still touch the pages, so they stay where they are.
    public mutating func recover(_ pages: inout some PageSource & ~Copyable) throws(DriverError) {
        switch state {
        case .stopped, .failed(.noDevice), .failed(.notABalloon), .failed(.legacyDevice): return
        case .failed, .running: break
        }
        do throws(DriverError) {
            try reset()
        } catch {
            fail(error)
            throw error
        }
        reclaim(&pages)
        for index in 0..<5 { queues[index] = nil }
        state = .stopped
        condition = .stopped
    }

    /// Deflates everything and waits for it, within bounds; more time is given while the device goes on answering.
    private mutating func empty(_ pages: inout some PageSource & ~Copyable) throws(DriverError) {
        hinting.phase = .idle
        var last = clock.now()
        while held.count > 0 || messagesInFlight > 0 || reporting.count > 0 {
            let sent = deflate(held.count, &pages, last)
            let answered = try reap(&pages)
            if sent > 0 || answered {
                last = clock.now()
                continue
            }
            guard clock.now() &- last < configuration.patience else {
                throw .deviceSilent(slots.deflating > 0 ? .deflate : slots.inflating > 0 ? .inflate : .reporting)
            }
            clock.relax()
        }
    }

    /// Takes all back after a reset: the device cannot touch it any more.
    private mutating func reclaim(_ pages: inout some PageSource & ~Copyable) {
        while giveBackBlock(&pages, initializes: true) {}
        finishReport(&pages, wasReported: false)
        for slot in 0..<slots.count {
            switch slots[slot].use {
            case .inflate, .deflate(isFreed: false): giveBack(slots.pages(slot, slots[slot].count), &pages)
            case .free, .deflate(isFreed: true): break
            }
            slots.finish(slot)
        }
        inflatingPages = 0
        deflatingPages = 0
        while held.count > 0 {
            let numbers = slots.pages(0, slots.perMessage)
            var span = numbers.mutableSpan
            let got = held.take(into: &span)
            guard got > 0 else { break }
            giveBack(UnsafeMutableBufferPointer(rebasing: numbers[..<got]), &pages)
        }
    }
}
