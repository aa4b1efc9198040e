/// A device on virtio-mmio, version 2 (VIRTIO 1.4 §4.2).
public struct MMIOTransport<Registers: RegisterBlock>: DriverTransport, ~Copyable {
    private let registers: Registers

    /// The registers that we use, by byte offset.
    private enum Offset {
        static var magic: Int { 0x000 }
        static var version: Int { 0x004 }
        static var deviceID: Int { 0x008 }
        static var deviceFeatures: Int { 0x010 }
        static var deviceFeaturesSelect: Int { 0x014 }
        static var driverFeatures: Int { 0x020 }
        static var driverFeaturesSelect: Int { 0x024 }
        static var queueSelect: Int { 0x030 }
        static var queueSizeLimit: Int { 0x034 }
        static var queueSize: Int { 0x038 }
        static var queueReady: Int { 0x044 }
        static var queueNotify: Int { 0x050 }
        static var interruptStatus: Int { 0x060 }
        static var interruptAcknowledge: Int { 0x064 }
        static var status: Int { 0x070 }
        static var queueDescriptors: Int { 0x080 }
        static var queueAvailable: Int { 0x090 }
        static var queueUsed: Int { 0x0a0 }
        static var configurationGeneration: Int { 0x0fc }
        static var configuration: Int { 0x100 }
    }

    /// A transport over one device's registers; nothing is read yet.
    public init(registers: Registers) {
        self.registers = registers
    }

    public mutating func identify() -> TransportIdentity {
        guard registers.read32(Offset.magic) == 0x7472_6976 else { return .empty }
        let version = registers.read32(Offset.version)
        let id = registers.read32(Offset.deviceID)
        guard id != 0 else { return .empty }
        return version == 2 ? .device(id) : .legacy
    }

    public mutating func status() -> DeviceStatus {
        DeviceStatus(rawValue: UInt8(truncatingIfNeeded: registers.read32(Offset.status)))
    }

    public mutating func setStatus(_ status: DeviceStatus) {
        registers.write32(Offset.status, UInt32(status.rawValue))
    }

    public mutating func offeredFeatures() -> UInt64 {
        registers.write32(Offset.deviceFeaturesSelect, 0)
        let low = UInt64(registers.read32(Offset.deviceFeatures))
        registers.write32(Offset.deviceFeaturesSelect, 1)
        return low | UInt64(registers.read32(Offset.deviceFeatures)) << 32
    }

    public mutating func acceptFeatures(_ features: UInt64) {
        registers.write32(Offset.driverFeaturesSelect, 0)
        registers.write32(Offset.driverFeatures, UInt32(truncatingIfNeeded: features))
        registers.write32(Offset.driverFeaturesSelect, 1)
        registers.write32(Offset.driverFeatures, UInt32(truncatingIfNeeded: features >> 32))
    }

    public mutating func queueSizeLimit(_ queue: Int) -> UInt16 {
        registers.write32(Offset.queueSelect, UInt32(truncatingIfNeeded: queue))
        return UInt16(clamping: registers.read32(Offset.queueSizeLimit))
    }

    public mutating func enable(_ queue: Int, _ layout: QueueLayout) -> Bool {
        registers.write32(Offset.queueSelect, UInt32(truncatingIfNeeded: queue))
        registers.write32(Offset.queueSize, UInt32(layout.size))
        write64(Offset.queueDescriptors, layout.descriptors)
        write64(Offset.queueAvailable, layout.available)
        write64(Offset.queueUsed, layout.used)
        registers.write32(Offset.queueReady, 1)
        return registers.read32(Offset.queueReady) == 1
    }

    public mutating func notify(_ queue: Int) {
        registers.write32(Offset.queueNotify, UInt32(truncatingIfNeeded: queue))
    }

    public mutating func takeInterrupts() -> InterruptCauses {
        let causes = registers.read32(Offset.interruptStatus) & 3
        if causes != 0 { registers.write32(Offset.interruptAcknowledge, causes) }
        return InterruptCauses(rawValue: UInt8(truncatingIfNeeded: causes))
    }

    public mutating func configurationGeneration() -> UInt32 {
        registers.read32(Offset.configurationGeneration)
    }

    public mutating func readConfiguration(_ offset: Int) -> UInt32 {
        registers.read32(Offset.configuration + offset)
    }

    public mutating func writeConfiguration(_ offset: Int, _ value: UInt32) {
        registers.write32(Offset.configuration + offset, value)
    }

    private func write64(_ offset: Int, _ value: UInt64) {
        registers.write32(offset, UInt32(truncatingIfNeeded: value))
        registers.write32(offset + 4, UInt32(truncatingIfNeeded: value >> 32))
    }
}
