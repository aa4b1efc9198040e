internal import Balloon
internal import Virtio

extension BalloonDriver where Transport: ~Copyable, Clock: ~Copyable {
    /// Rounds of one call of ``work(_:)``: a device that always has something new does not keep the guest from its own.
    private static var roundLimit: Int { 8 }

    /// Does all that is to be done now, without waiting: takes answers, reads the target, sends messages.
    ///
    /// To be called on every interrupt of the device, and when the activity that it returned says so.
    ///
    /// - Throws: why the driver gives up; the same again on each further call.
    public mutating func work(_ pages: inout some PageSource & ~Copyable) throws(DriverError) -> DriverActivity {
        switch state {
        case .stopped: throw .notRunning
        case .failed(let error): throw error
        case .running: break
        }
        do throws(DriverError) {
            var round = 0
            while round < Self.roundLimit {
                round += 1
                try step(&pages)
                if !rearm() { return .wait(until: nextTime()) }
            }
            return .again
        } catch {
            fail(error)
            throw error
        }
    }

    private mutating func step(_ pages: inout some PageSource & ~Copyable) throws(DriverError) {
        if transport.takeInterrupts().contains(.configuration) {
            configurationIsStale = true
            isHeldOff = false
        }
        if configurationIsStale { try readConfiguration(&pages) }
        _ = try reap(&pages)
        let now = clock.now()
        balance(&pages, now)
        hint(&pages)
        report(&pages, now)
        writeActual(now)
        try checkPatience(now)
    }

    /// Reads what the device wants, as fields that belong together (VIRTIO 1.4 §2.5.1).
    private mutating func readConfiguration(_ pages: inout some PageSource & ~Copyable) throws(DriverError) {
        let status = transport.status()
        guard !status.contains(.needsReset) else { throw .deviceNeedsReset }
        guard status.contains(.driverOK) else { throw .deviceWasReset }
        for _ in 0..<16 {
            let before = transport.configurationGeneration()
            let wanted = transport.readConfiguration(BalloonConfiguration.Offset.numPages)
            let command =
                negotiated.contains(.freePageHint)
                ? transport.readConfiguration(BalloonConfiguration.Offset.freePageHintCommandID) : 0
            guard transport.configurationGeneration() == before else { continue }
            configurationIsStale = false
            if wanted != target {
                retryTime = nil
                reporting.ahead = 0
            }
            target = wanted
            receiveCommand(command, &pages)
            return
        }
        throw .configurationUnstable
    }

    /// Brings the balloon nearer to its target (spec D4 to D7).
    private mutating func balance(_ pages: inout some PageSource & ~Copyable, _ now: UInt64) {
        let wanted = Int(target)
        let real = held.count + inflatingPages
        if wanted == real {
            if slots.inflating == 0, slots.deflating == 0 { wasShort = false }
            condition = .atTarget
            retryTime = nil
        } else if wanted < real {
            condition = .deflating
            retryTime = nil
            _ = deflate(min(real - wanted, held.count), &pages, now)
        } else {
            inflate(wanted - real, &pages, now)
        }
    }

    /// Tells the device how many pages are in the balloon: once after a batch, and now and then in a long one
    /// (spec D14, D15).
    mutating func writeActual(_ now: UInt64, always: Bool = false) {
        let value = UInt32(clamping: held.count + deflatingPages)
        guard value != lastActual else { return }
        guard always || messagesInFlight == 0 || now &- lastActualTime >= configuration.actualInterval else { return }
        transport.writeConfiguration(BalloonConfiguration.Offset.actual, value)
        lastActual = value
        lastActualTime = now
        counters.actualWrites += 1
    }

    /// Notifies a device that keeps silent once more, and then gives it up.
    private mutating func checkPatience(_ now: UInt64) throws(DriverError) {
        for index in 0..<slots.count {
            let slot = slots[index]
            guard slot.use != .free, now &- slot.sent >= configuration.patience else { continue }
            let role = slot.use == .inflate ? QueueRole.inflate : .deflate
            guard !slot.wasRepeated else { throw .deviceSilent(role) }
            slots.markRepeated(index, at: now)
            repeatNotification(role)
        }
        guard reporting.count > 0, now &- reporting.sent >= configuration.patience else { return }
        guard !reporting.wasRepeated else { throw .deviceSilent(.reporting) }
        reporting.sent = now
        reporting.wasRepeated = true
        repeatNotification(.reporting)
    }

    mutating func repeatNotification(_ role: QueueRole) {
        counters.repeatedNotifications += 1
        transport.notify(queueNumbers[role.rawValue])
    }

    /// When there is something to do without an interrupt.
    private func nextTime() -> UInt64? {
        var time = retryTime
        func consider(_ other: UInt64) { time = min(time ?? other, other) }
        for index in 0..<slots.count where slots[index].use != .free {
            consider(slots[index].sent &+ configuration.patience)
        }
        if negotiated.contains(.pageReporting) {
            consider(reporting.count > 0 ? reporting.sent &+ configuration.patience : reporting.due)
        }
        return time
    }
}
