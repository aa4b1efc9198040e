internal import Balloon
internal import Virtio

extension BalloonDriver where Transport: ~Copyable, Clock: ~Copyable {
    /// Finds the device, agrees on features, and starts (VIRTIO 1.4 §3.1). Does nothing if the driver is running.
    ///
    /// - Throws: what is wrong with the device: ``DriverError/noDevice``, ``DriverError/notABalloon(_:)``,
    ///   ``DriverError/legacyDevice``, ``DriverError/resetTimedOut``, ``DriverError/featuresRefused`` or
    ///   ``DriverError/queueMissing(_:)``. ``state`` is then ``DriverState/failed(_:)``, and the system goes on without.
    public mutating func start(_ pages: inout some PageSource & ~Copyable) throws(DriverError) {
        guard state != .running else { return }
        do throws(DriverError) {
            try bringUp(pages)
            state = .running
            condition = .atTarget
            kick(.statistics)
        } catch {
            fail(error)
            throw error
        }
    }

    private mutating func bringUp(_ pages: borrowing some PageSource & ~Copyable) throws(DriverError) {
        switch transport.identify() {
        case .empty: throw .noDevice
        case .legacy: throw .legacyDevice
        case .device(5): break
        case .device(let id): throw .notABalloon(id)
        }
        try reset()
        transport.setStatus(.acknowledge)
        transport.setStatus([.acknowledge, .driver])
        let offered = transport.offeredFeatures()
        guard offered & VirtioFeatures.version1 != 0 else { throw .legacyDevice }
        negotiated = choose(from: BalloonFeatures(rawValue: offered), poison: pages.poison)
        usesEventIndex = configuration.usesEventIndex && offered & VirtioFeatures.eventIndex != 0
        usesIndirect = configuration.usesIndirect && offered & VirtioFeatures.indirectDescriptors != 0
        var accepted = negotiated.rawValue | VirtioFeatures.version1
        if usesEventIndex { accepted |= VirtioFeatures.eventIndex }
        if usesIndirect { accepted |= VirtioFeatures.indirectDescriptors }
        if configuration.usesPacked { accepted |= offered & VirtioFeatures.packedRing }
        ringKind = RingKind(features: accepted)
        transport.acceptFeatures(accepted)
        transport.setStatus([.acknowledge, .driver, .featuresOK])
        guard transport.status().contains(.featuresOK) else { throw .featuresRefused }
        try setUpQueues()
        if negotiated.contains(.pagePoison), let poison = pages.poison {
            // Before DRIVER_OK, and never again (spec D35, D36).
            transport.writeConfiguration(BalloonConfiguration.Offset.poisonValue, poison)
        }
        forgetConversation()
        let now = clock.now()
        reporting.due = now &+ configuration.reportingInterval
        configurationIsStale = true
        sendStatistics(pages, notifies: false)
        transport.setStatus([.acknowledge, .driver, .featuresOK, .driverOK])
    }

    /// Which of the offered features to accept (spec D1, D2, D3).
    func choose(from offered: BalloonFeatures, poison: UInt32?) -> BalloonFeatures {
        var chosen = offered.intersection(configuration.accepts)
        if poison == nil {
            chosen.remove(.pagePoison)
        } else if !chosen.contains(.pagePoison) {
            chosen.remove(.pageReporting)
        }
        return chosen
    }

    /// Asks for a reset and waits for it, within bounds.
    mutating func reset() throws(DriverError) {
        transport.setStatus([])
        let start = clock.now()
        while transport.status().rawValue != 0 {
            guard clock.now() &- start < configuration.resetPatience else { throw .resetTimedOut }
            clock.relax()
        }
    }

    /// Gives up: the device is not touched any more, except to be told so.
    mutating func fail(_ error: DriverError) {
        state = .failed(error)
        lastError = error
        condition = .failed(error)
        switch error {
        case .noDevice, .notABalloon, .legacyDevice: break
        default: transport.setStatus(transport.status().union(.failed))
        }
    }

    /// What was said with the last device, or before the last reset, is void.
    private mutating func forgetConversation() {
        lastActual = 0
        lastActualTime = 0
        retryTime = nil
        isHeldOff = false
        wasShort = false
        target = 0
        statisticsSubset = nil
        hinting.reset()
    }

    // MARK: - Queues

    private mutating func setUpQueues() throws(DriverError) {
        let isFixed = usesFixedNumbers()
        var dense = 0
        for role in QueueRole.allCases {
            queues[role.rawValue] = nil
            if let feature = role.feature, !negotiated.contains(feature) { continue }
            let number = isFixed ? role.rawValue : dense
            dense += 1
            try setUpQueue(role, number)
        }
    }

    /// Whether the device numbers queues as the specification does, where that is not as Linux does.
    private mutating func usesFixedNumbers() -> Bool {
        switch configuration.numbering {
        case .dense: return false
        case .fixed: return true
        case .automatic: break
        }
        var dense = 0
        var isDense = true
        var isFixed = true
        for role in QueueRole.allCases {
            if let feature = role.feature, !negotiated.contains(feature) { continue }
            if transport.queueSizeLimit(dense) == 0 { isDense = false }
            if transport.queueSizeLimit(role.rawValue) == 0 { isFixed = false }
            dense += 1
        }
        return isFixed && !isDense
    }

    private mutating func setUpQueue(_ role: QueueRole, _ number: Int) throws(DriverError) {
        let limit = min(transport.queueSizeLimit(number), DriverMemory.queueSize)
        guard limit > 0 else { throw .queueMissing(role) }
        let size: UInt16 = 1 << UInt16(15 - limit.leadingZeroBitCount)
        guard let (part, layout) = memory.ring(role.rawValue, ringKind, size: size) else { throw .workspaceTooSmall }
        part.clear()
        do throws(QueueFault) {
            let ring = try QueueRing(
                kind: ringKind, size: size, table: part.base,
                driver: part.base + Int(layout.available - part.address),
                device: part.base + Int(layout.used - part.address))
            let tables = usesIndirect && role == .reporting ? memory.indirectTables : nil
            queues[role.rawValue] = try Queue(
                ring: ring, usesEventIndex: usesEventIndex, indirect: tables,
                indirectEntries: tables == nil ? 0 : DriverMemory.reportBlocks)
        } catch {
            throw .workspaceTooSmall
        }
        queueNumbers[role.rawValue] = number
        guard transport.enable(number, layout) else { throw .queueMissing(role) }
    }
}
