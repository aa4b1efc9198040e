public import Linux
internal import Virtio

/// What a VMM does in the life of a device, in QEMU's order.
extension VhostUserFrontEnd {
    /// The bit of the protocol in the device's feature bits.
    static let protocolBit = VhostUserBackend.protocolFeaturesBit

    /// Opens the conversation: features, extensions of the protocol, the channel for the back-end's requests.
    ///
    /// - Parameters:
    ///   - wanted: `nil` plays a front-end that knows no extensions at all.
    ///   - queues: whose calls and errors are told at once, as QEMU does.
    public func open(
        wanting wanted: ProtocolFeatures? = .offered, queues: [FrontEndQueue] = []
    ) throws(FrontEndError) {
        let bits = try word(of: ask(.getFeatures), .getFeatures)
        offeredFeatures = bits & ~Self.protocolBit
        if let wanted {
            guard bits & Self.protocolBit != 0 else { throw .notOffered("extensions of the protocol") }
            acceptsProtocol = true
            let known = try word(of: ask(.getProtocolFeatures), .getProtocolFeatures)
            protocolFeatures = ProtocolFeatures(rawValue: known).intersection(wanted)
            try tell(.setProtocolFeatures, payload: .longs(protocolFeatures.rawValue))
            if protocolFeatures.contains(.multipleQueues) {
                queueCount = Int(clamping: try word(of: ask(.getQueueCount), .getQueueCount))
            }
            if protocolFeatures.contains(.configurableMemorySlots) {
                _ = try word(of: ask(.getMemorySlotCount), .getMemorySlotCount)
            }
            if protocolFeatures.contains(.backendRequests) { try openRequestChannel() }
        }
        try tell(.setOwner)
        _ = try ask(.getFeatures)
        for (index, queue) in queues.enumerated() {
            try tell(.setVringCall, payload: .longs(UInt64(index)), descriptors: [queue.call.descriptor.raw])
            try tell(.setVringError, payload: .longs(UInt64(index)), descriptors: [queue.error.descriptor.raw])
        }
    }

    private func openRequestChannel() throws(FrontEndError) {
        let theirs = try Self.system { () throws(SystemError) in
            let pair = try Socket.Pair()
            requests = MessageChannel(socket: try pair.right.duplicate())
            return try pair.left.duplicate().release()
        }
        let owned = OwnedDescriptor(owning: theirs)
        try tell(.setBackendRequestDescriptor, descriptors: [owned.raw], isAwaited: true)
    }

    private static func system<Result>(_ body: () throws(SystemError) -> Result) throws(FrontEndError) -> Result {
        do throws(SystemError) {
            return try body()
        } catch {
            throw .system(error)
        }
    }

    // MARK: - DRIVER_OK

    /// Starts the device: the driver has set up its queues and set DRIVER_OK.
    ///
    /// - Parameters:
    ///   - features: bits that the driver accepted.
    ///   - memory: where the rings lie.
    ///   - queues: from number 0 on; `nil` for those that the driver has not set up.
    ///   - bases: where each queue goes on, as ``stop(queues:)`` told it; `nil` for a fresh driver.
    ///   - isShared: false plays a VMM whose memory is not a file that could be passed: it tells of no regions.
    public func start(
        features: UInt64, memory: FrontEndMemory, queues: [FrontEndQueue?], bases: [UInt32]? = nil,
        isShared: Bool = true
    ) throws(FrontEndError) {
        try tell(.setFeatures, payload: .longs(features | (acceptsProtocol ? Self.protocolBit : 0)))
        try share(isShared ? memory : nil)
        for (index, queue) in queues.enumerated() {
            guard let queue else { continue }
            let number = UInt32(index)
            let fresh = RingKind(features: features).freshBase
            let base = bases.map { index < $0.count ? $0[index] : fresh } ?? fresh
            try tell(.setVringSize, payload: .words(number, UInt32(queue.size)))
            try tell(.setVringBase, payload: .words(number, base))
            try setAddresses(of: index, queue, memory)
            try tell(.setVringKick, payload: .longs(UInt64(index)), descriptors: [queue.kick.descriptor.raw])
            try tell(.setVringCall, payload: .longs(UInt64(index)), descriptors: [queue.call.descriptor.raw])
        }
        if acceptsProtocol {
            for index in queues.indices { try enable(index) }
        }
        for (index, queue) in queues.enumerated() {
            guard let queue else { continue }
            try tell(.setVringCall, payload: .longs(UInt64(index)), descriptors: [queue.call.descriptor.raw])
        }
    }

    /// Tells where the parts of a ring lie.
    public func setAddresses(
        of index: Int, _ queue: FrontEndQueue, _ memory: FrontEndMemory
    ) throws(FrontEndError) {
        let payload: [UInt8] =
            .words(UInt32(clamping: index), 0)
            + .longs(
                try memory.userAddress(of: queue.descriptors), try memory.userAddress(of: queue.used),
                try memory.userAddress(of: queue.available), 0)
        try tell(.setVringAddress, payload: payload)
    }

    /// Enables or disables a queue.
    public func enable(_ index: Int, _ isEnabled: Bool = true) throws(FrontEndError) {
        try tell(
            .setVringEnable, payload: .words(UInt32(clamping: index), isEnabled ? 1 : 0), isAwaited: isEnabled)
    }

    /// Stops the device, as at a reset, an unload, or a pause of the virtual machine, which all look alike.
    ///
    /// - Parameter queues: the numbers of those that the driver has set up.
    /// - Returns: where each of them stands.
    public func stop(queues: [Int]) throws(FrontEndError) -> [UInt32] {
        if acceptsProtocol {
            for index in queues { try enable(index, false) }
        }
        var bases: [UInt32] = []
        for index in queues { bases.append(try vringBase(of: index)) }
        return bases
    }

    /// Stops one queue and asks where it stands.
    public func vringBase(of index: Int) throws(FrontEndError) -> UInt32 {
        let answer = try word(
            of: ask(.getVringBase, payload: .words(UInt32(clamping: index), 0)), .getVringBase)
        return UInt32(truncatingIfNeeded: answer >> 32)
    }

    // MARK: - Memory

    /// Tells the guest's memory: region by region where both sides can that, else as one table.
    public func share(_ memory: FrontEndMemory?) throws(FrontEndError) {
        let regions = memory?.regions ?? []
        guard protocolFeatures.contains(.configurableMemorySlots) else {
            var payload: [UInt8] = .words(UInt32(regions.count), 0)
            for region in regions { payload += region.words }
            let descriptors = regions.compactMap { _ in memory?.file.descriptor.raw }
            try tell(.setMemoryTable, payload: payload, descriptors: descriptors, isAwaited: true)
            return
        }
        guard shared !== memory else { return }
        for region in shared?.regions ?? [] { try remove(region) }
        shared = nil
        if let memory {
            for region in regions { try add(region, of: memory.file) }
        }
        shared = memory
    }

    /// Adds one region of memory.
    public func add(_ region: FrontEndMemory.Region, of file: MemoryFile) throws(FrontEndError) {
        try tell(
            .addMemoryRegion, payload: .longs(0) + region.words, descriptors: [file.descriptor.raw], isAwaited: true)
    }

    /// Takes one region of memory away.
    public func remove(_ region: FrontEndMemory.Region) throws(FrontEndError) {
        try tell(.removeMemoryRegion, payload: .longs(0) + region.words, isAwaited: true)
    }

    // MARK: - Configuration space

    /// Reads the device's configuration space, as each read of the guest does.
    public func readConfiguration(offset: Int = 0, count: Int) throws(FrontEndError) -> [UInt8] {
        let header: [UInt8] = .words(UInt32(clamping: offset), UInt32(clamping: count), 0)
        let answer = try ask(.getConfiguration, payload: header + [UInt8](repeating: 0, count: count))
        guard answer.count == header.count + count else {
            throw .badAnswer(to: .getConfiguration, "\(answer.count) bytes instead of \(header.count + count)")
        }
        return Array(answer[header.count...])
    }

    /// Writes it. QEMU sends all bytes from its cache with each write of the guest.
    public func writeConfiguration(offset: Int = 0, _ bytes: [UInt8]) throws(FrontEndError) {
        try tell(
            .setConfiguration, payload: .words(UInt32(clamping: offset), UInt32(clamping: bytes.count), 0) + bytes)
    }

    /// Waits for the back-end to tell of a change of the configuration.
    ///
    /// - Parameter limit: how long (ns).
    /// - Returns: false if none came.
    public func awaitConfigurationChange(within limit: UInt64) throws(FrontEndError) -> Bool {
        guard let descriptor = requests?.socket.descriptor.raw else { return false }
        let request = try Self.awaitMessage(on: descriptor, until: MonotonicClock.now() &+ limit) {
            () throws(VhostUserError) in try requests?.receive() ?? .closed
        }
        guard let request else { return false }
        guard request.request == BackendRequest.configurationChanged.rawValue else {
            throw .notOffered("a configuration change, but request \(request.request)")
        }
        return true
    }
}

extension FrontEndMemory.Region {
    fileprivate var words: [UInt8] { .longs(guestAddress, size, userAddress, fileOffset) }
}
