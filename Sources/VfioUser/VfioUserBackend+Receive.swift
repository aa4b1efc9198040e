internal import Glibc
internal import HostMemory
internal import Linux

extension VfioUserBackend {
    /// Whether a message was taken from the socket and waits for ``receive()``: no poll tells of it any more.
    public var hasMessage: Bool {
        switch postponed {
        case .some: true
        case .none: channel.hasMessage
        }
    }

    /// Takes the next message, if one is there.
    public mutating func receive() throws(VfioUserError) -> Action {
        if var message = postponed.take() { return try handle(&message) }
        switch try channel.receive() {
        case .nothing: return .nothing
        case .closed: return .closed
        case .unknown(let origin):
            try channel.reply(to: origin, errno: UInt32(ENOTSUP))
            return .done
        case .message(var message):
            let command = message.command
            guard hasVersion || command == .version else { throw .versionMissing(command) }
            if isMemoryChanging, command != .mapMemory, command != .unmapMemory {
                isMemoryChanging = false
                postponed = consume message
                return .memoryChanged
            }
            return try handle(&message)
        }
    }

    private mutating func handle(_ message: inout Message) throws(VfioUserError) -> Action {
        switch message.command {
        case .version: try agreeOnVersion(message)
        case .mapMemory: return try mapMemory(&message)
        case .unmapMemory: return try unmapMemory(message)
        case .getInfo: try describeDevice(message)
        case .getRegionInfo: try describeRegion(message)
        case .getInterruptInfo: try describeInterrupts(message)
        case .setInterrupts: return try setInterrupts(&message)
        case .readRegion: return try readRegion(message)
        case .writeRegion: return try writeRegion(message)
        case .reset:
            resetDevice()
            space.reset()
            try channel.reply(to: message.origin)
            return .reset
        }
        return .done
    }

    // MARK: - What there is

    private mutating func agreeOnVersion(_ message: borrowing Message) throws(VfioUserError) {
        let major = try message.word16(at: 0)
        let minor = try message.word16(at: 2)
        guard major == 0 else { throw .badVersion(major: major, minor: minor) }
        hasVersion = true
        // Version 0.0, and no capability: all that is optional keeps its default.
        try channel.reply(to: message.origin, [0, 0, 0, 0] + Array("{\"capabilities\":{}}".utf8) + [0])
    }

    private func describeDevice(_ message: borrowing Message) throws(VfioUserError) {
        try message.checkSize(16)
        var payload: [UInt8] = []
        // Can be reset, and is on PCI. Five kinds of interrupts are VFIO's for PCI.
        for word in [16, 3, RegionLayout.count, 5] as [UInt32] { payload.append(littleEndian: word) }
        try channel.reply(to: message.origin, payload)
    }

    private func describeRegion(_ message: borrowing Message) throws(VfioUserError) {
        try message.checkSize(32)
        let index = try message.word32(at: 8)
        guard index < RegionLayout.count else {
            return try channel.reply(to: message.origin, errno: UInt32(EINVAL))
        }
        let size = RegionLayout.size(of: index)
        var payload: [UInt8] = []
        // Readable and writable.
        for word in [32, size > 0 ? 3 : 0, index, 0] as [UInt32] { payload.append(littleEndian: word) }
        payload.append(littleEndian: UInt64(clamping: size))
        payload.append(littleEndian: UInt64(0))
        try channel.reply(to: message.origin, payload)
    }

    // MARK: - Regions

    /// A part of a region that a message is about, checked.
    private func access(_ message: borrowing Message) throws(VfioUserError) -> (region: UInt32, at: Int, count: Int) {
        let offset = try message.word64(at: 0)
        let region = try message.word32(at: 8)
        let count = try message.word32(at: 12)
        let size = UInt64(clamping: RegionLayout.size(of: region))
        // An answer is no longer than a message may be.
        guard offset <= size, UInt64(count) <= size - offset, count <= UInt32(MessageLayout.mostPayload - 16) else {
            throw .outsideRegion(message.command, region: region, offset: offset, count: count)
        }
        return (region, Int(offset), Int(count))
    }

    private mutating func readRegion(_ message: borrowing Message) throws(VfioUserError) -> Action {
        try message.checkSize(MessageLayout.accessSize)
        let (region, offset, count) = try access(message)
        switch region {
        case RegionLayout.bar: return try answer(message, readBar(offset, count), count)
        case RegionLayout.configuration:
            var bytes = space.read(offset, count)
            guard offset == ConfigurationSpace.windowData, let window = space.window, window.count <= count,
                window.region == RegionLayout.bar,
                window.offset <= UInt64(RegionLayout.barSize - window.count)
            else { return try answer(message, .bytes(bytes), count) }
            let contents = readBar(Int(window.offset), window.count)
            if case .bytes(let value) = contents {
                bytes.replaceSubrange(0..<window.count, with: value)
                return try answer(message, .bytes(bytes), count)
            }
            return try answer(message, contents, window.count, bytes)
        // The VMM keeps the MSI-X table and delivers what is pending itself.
        default: return try answer(message, .bytes([UInt8](repeating: 0, count: count)), count)
        }
    }

    /// Answers a read, or leaves that to the device, whose bytes then come first in the answer.
    private mutating func answer(
        _ message: borrowing Message, _ contents: Contents, _ count: Int, _ rest: [UInt8]? = nil
    ) throws(VfioUserError) -> Action {
        let head = Array(message.payload.prefix(MessageLayout.accessSize))
        switch contents {
        case .bytes(let bytes):
            try channel.reply(to: message.origin, head + bytes)
            return .done
        case .deviceConfiguration(let offset):
            awaited = Awaited(
                origin: message.origin, payload: head + (rest ?? [UInt8](repeating: 0, count: count)),
                place: head.count, count: count)
            return .readConfiguration(offset: offset, count: count)
        }
    }

    private mutating func writeRegion(_ message: borrowing Message) throws(VfioUserError) -> Action {
        let (region, offset, count) = try access(message)
        try message.checkSize(MessageLayout.accessSize + count)
        let data = message.payload[MessageLayout.accessSize...]
        var action = Action.done
        switch region {
        case RegionLayout.bar: action = writeBar(offset, data)
        case RegionLayout.configuration:
            space.write(offset, data)
            if offset == ConfigurationSpace.windowData, let window = space.window, window.count <= count,
                window.region == RegionLayout.bar, window.offset <= UInt64(RegionLayout.barSize - window.count)
            {
                action = writeBar(Int(window.offset), data.prefix(window.count))
            }
        default: break
        }
        try channel.reply(to: message.origin, Array(message.payload.prefix(MessageLayout.accessSize)))
        return action
    }
}
