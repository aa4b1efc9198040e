/// What a VMM asks of a device.
extension VfioUserFrontEnd {
    /// Regions of the function.
    public static let bar: UInt32 = RegionLayout.bar
    public static let configuration: UInt32 = RegionLayout.configuration

    /// Agrees on the version, with the capabilities that QEMU names.
    public func open() throws(VfioUserFrontEndError) {
        let capabilities =
            #"{"capabilities":{"pgsizes":4096,"max_msg_fds":16,"max_dma_maps":65535,"max_data_xfer_size":1048576,"#
            + #""migration":{"pgsize":4096,"max_bitmap_size":268435456},"write_multiple":true}}"#
        let answer = try ask(.version, payload: [0, 0, 0, 0] + Array(capabilities.utf8) + [0])
        guard answer.starts(with: [0, 0, 0, 0]), answer.last == 0 else {
            throw .badAnswer(to: .version, "not version 0.0")
        }
    }

    /// Tells of guest memory that lies in a file, or (`nil`) that has none.
    public func map(
        _ address: UInt64, size: UInt64, fileOffset: UInt64, in file: CInt?, flags: UInt32 = 3
    ) throws(VfioUserFrontEndError) {
        var payload: [UInt8] = []
        payload.append(littleEndian: UInt32(MessageLayout.mapSize))
        payload.append(littleEndian: flags)
        for word in [fileOffset, address, size] { payload.append(littleEndian: word) }
        try ask(.mapMemory, payload: payload, descriptors: file.map { [$0] } ?? [])
    }

    public func unmap(_ address: UInt64, size: UInt64, flags: UInt32 = 0) throws(VfioUserFrontEndError) {
        var payload: [UInt8] = []
        payload.append(littleEndian: UInt32(MessageLayout.unmapSize))
        payload.append(littleEndian: flags)
        for word in [address, size] { payload.append(littleEndian: word) }
        try ask(.unmapMemory, payload: payload)
    }

    /// Reads bytes of a region.
    public func read(_ region: UInt32, offset: Int, count: Int) throws(VfioUserFrontEndError) -> [UInt8] {
        let head = Self.access(region, offset: offset, count: count)
        let answer = try ask(.readRegion, payload: head)
        guard answer.count == head.count + count, answer.starts(with: head) else {
            throw .badAnswer(to: .readRegion, "\(answer.count) bytes")
        }
        return Array(answer[head.count...])
    }

    /// Writes bytes of a region. A posted write is not answered.
    public func write(
        _ region: UInt32, _ offset: Int, _ bytes: [UInt8], isPosted: Bool = false
    ) throws(VfioUserFrontEndError) {
        let payload = Self.access(region, offset: offset, count: bytes.count) + bytes
        if isPosted {
            try send(Command.writeRegion.rawValue, flags: MessageLayout.noReply, payload: payload)
        } else {
            try ask(.writeRegion, payload: payload)
        }
    }

    /// The driver notifies a queue; not answered.
    public func notify(_ queue: Int) throws(VfioUserFrontEndError) {
        let offset = RegionLayout.notification + RegionLayout.notificationMultiplier * queue
        try write(RegionLayout.bar, offset, [UInt8(truncatingIfNeeded: queue), 0], isPosted: true)
    }

    /// Sets interrupts: the kind (0 INTx, 2 MSI-X), VFIO's flags, the range, and eventfds.
    public func setInterrupts(
        _ kind: UInt32, flags: UInt32 = 0x24, start: UInt32 = 0, count: UInt32, events: [CInt] = []
    ) throws(VfioUserFrontEndError) {
        var payload: [UInt8] = []
        for word in [20, flags, kind, start, count] { payload.append(littleEndian: word) }
        try ask(.setInterrupts, payload: payload, descriptors: events)
    }

    /// The part of a region that a message is about.
    public static func access(_ region: UInt32, offset: Int, count: Int) -> [UInt8] {
        var payload: [UInt8] = []
        payload.append(littleEndian: UInt64(clamping: offset))
        payload.append(littleEndian: region)
        payload.append(littleEndian: UInt32(clamping: count))
        return payload
    }
}
