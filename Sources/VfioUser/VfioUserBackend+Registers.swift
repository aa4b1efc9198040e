internal import HostMemory
internal import Virtio

/// What a driver reads and writes in the BAR of the virtio structures.
extension VfioUserBackend {
    /// What a region holds: bytes, or bytes of the device's own configuration.
    enum Contents {
        case bytes([UInt8])
        case deviceConfiguration(offset: Int)
    }

    /// Reads `count` bytes at `offset`, all of which have to lie in the BAR.
    mutating func readBar(_ offset: Int, _ count: Int) -> Contents {
        let zeros = [UInt8](repeating: 0, count: count)
        switch offset {
        case ..<RegionLayout.interruptStatus:
            let bytes = commonStructure()
            return .bytes(zeros.indices.map { offset + $0 < bytes.count ? bytes[offset + $0] : 0 })
        case RegionLayout.interruptStatus:
            guard count > 0 else { return .bytes([]) }
            return .bytes([interrupts.takeStatus()] + zeros.dropFirst())
        case RegionLayout.device..<RegionLayout.notification:
            return .deviceConfiguration(offset: offset - RegionLayout.device)
        default: return .bytes(zeros)
        }
    }

    /// Writes bytes at `offset`, all of which have to lie in the BAR.
    mutating func writeBar(_ offset: Int, _ data: ArraySlice<UInt8>) -> Action {
        switch offset {
        case RegionLayout.notification...:
            // The queue is told by the address; what is written there is the same number.
            let queue = (offset - RegionLayout.notification) / RegionLayout.notificationMultiplier
            return queue < description.queueCount ? .notified(queue: queue) : .done
        case RegionLayout.device...:
            return .writeConfiguration(offset: offset - RegionLayout.device, bytes: Array(data))
        case ..<RegionLayout.interruptStatus: return writeCommon(offset, data)
        default: return .done
        }
    }

    // MARK: - The common structure

    private typealias Field = CommonRegisters.Field

    /// The queue that the driver has selected, if there is such a one.
    private var selected: Int? {
        Int(registers.queueSelect) < description.queueCount ? Int(registers.queueSelect) : nil
    }

    private func commonStructure() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Field.end)
        bytes.append(littleEndian: registers.deviceFeatureSelect)
        bytes.append(littleEndian: CommonRegisters.half(registers.deviceFeatureSelect, of: description.features))
        bytes.append(littleEndian: registers.driverFeatureSelect)
        bytes.append(littleEndian: CommonRegisters.half(registers.driverFeatureSelect, of: registers.driverFeatures))
        bytes.append(littleEndian: registers.configurationVector)
        bytes.append(littleEndian: UInt16(clamping: description.queueCount))
        bytes.append(registers.status.rawValue)
        bytes.append(registers.generation)
        bytes.append(littleEndian: registers.queueSelect)
        guard let queue = selected else {
            // A queue of size 0 is none.
            return bytes + [UInt8](repeating: 0, count: Field.end - bytes.count)
        }
        bytes.append(littleEndian: queues[queue].size)
        bytes.append(littleEndian: queues[queue].vector)
        bytes.append(littleEndian: UInt16(queues[queue].isEnabled ? 1 : 0))
        bytes.append(littleEndian: UInt16(clamping: queue))
        bytes.append(littleEndian: queues[queue].addresses.descriptors)
        bytes.append(littleEndian: queues[queue].addresses.available)
        bytes.append(littleEndian: queues[queue].addresses.used)
        return bytes
    }

    /// Writes a field at its natural width, addresses also by halves (§4.1.3.1); anything else is no field.
    private mutating func writeCommon(_ offset: Int, _ data: ArraySlice<UInt8>) -> Action {
        guard data.count <= 8 else { return .done }
        let value = data.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let word = UInt16(truncatingIfNeeded: value)
        switch (offset, data.count) {
        case (Field.deviceFeatureSelect, 4): registers.deviceFeatureSelect = UInt32(truncatingIfNeeded: value)
        case (Field.driverFeatureSelect, 4): registers.driverFeatureSelect = UInt32(truncatingIfNeeded: value)
        case (Field.driverFeature, 4): registers.setDriverFeatures(UInt32(truncatingIfNeeded: value))
        case (Field.configurationVector, 2): registers.configurationVector = Self.vector(word)
        case (Field.status, 1): return writeStatus(DeviceStatus(rawValue: UInt8(truncatingIfNeeded: value)))
        case (Field.queueSelect, 2): registers.queueSelect = word
        default:
            guard let queue = selected else { return .done }
            return write(value, toQueue: queue, offset: offset, count: data.count)
        }
        return .done
    }

    private mutating func write(_ value: UInt64, toQueue queue: Int, offset: Int, count: Int) -> Action {
        let word = UInt16(truncatingIfNeeded: value)
        switch (offset, count) {
        case (Field.queueSize, 2): queues[queue].setSize(word, features: registers.driverFeatures)
        case (Field.queueVector, 2): queues[queue].vector = Self.vector(word)
        case (Field.queueEnable, 2):
            guard word == 1, !queues[queue].isEnabled else { return .done }
            queues[queue].isEnabled = true
            guard isStarted else { return .done }
            queues[queue].activate(in: memory, features: registers.driverFeatures)
            return .started
        case (Field.queueDescriptors..<Field.end, 4), (Field.queueDescriptors..<Field.end, 8):
            guard !queues[queue].isEnabled else { return .done }
            Self.write(value, at: offset, count, to: &queues[queue].addresses)
        default: break
        }
        return .done
    }

    /// A vector that there is; any other reads back as none, which tells the driver.
    private static func vector(_ value: UInt16) -> UInt16 {
        value < UInt16(Interrupts.vectorCount) ? value : FunctionQueue.noVector
    }

    private static func write(
        _ value: UInt64, at offset: Int, _ count: Int, to addresses: inout MappedQueue.Addresses
    ) {
        func merge(_ address: inout UInt64, from start: Int) {
            switch (offset - start, count) {
            case (0, 8): address = value
            case (0, 4): address = address & ~0xffff_ffff | value
            case (4, 4): address = address & 0xffff_ffff | value << 32
            default: break
            }
        }
        merge(&addresses.descriptors, from: Field.queueDescriptors)
        merge(&addresses.available, from: Field.queueAvailable)
        merge(&addresses.used, from: Field.queueUsed)
    }

    /// The driver's steps (§3.1.1). It can only add to them; 0 is a reset.
    private mutating func writeStatus(_ asked: DeviceStatus) -> Action {
        guard asked != [] else {
            resetDevice()
            return .reset
        }
        let before = registers.status
        registers.status.formUnion(asked.subtracting([.featuresOK, .driverOK, .needsReset]))
        if asked.contains(.featuresOK), !before.contains(.featuresOK) {
            // Refused by not showing the bit: what was not offered, and a driver that is older than VIRTIO 1.0.
            guard registers.driverFeatures & ~description.features == 0,
                registers.driverFeatures & VirtioFeatures.version1 != 0
            else { return .done }
            registers.status.insert(.featuresOK)
            return .featuresNegotiated(registers.driverFeatures)
        }
        if asked.contains(.driverOK), before.contains(.featuresOK), !before.contains(.driverOK) {
            registers.status.insert(.driverOK)
            mapRings()
            return .started
        }
        return .done
    }
}
