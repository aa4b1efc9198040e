/// A device on virtio-pci, modern interface (VIRTIO 1.4 §4.1).
///
/// Interrupts are told by the ISR field, by polling or INTx; with ``enableMessages(address:configuration:queues:)`` by
/// MSI-X, and then the system knows the cause by the vector.
public struct PCITransport<Function: PCIFunction, Registers: RegisterBlock>: DriverTransport, ~Copyable {
    private let function: Function
    private let id: TransportIdentity
    private let common: Registers?
    private let notification: Registers?
    private let interruptStatus: Registers?
    private let device: Registers?
    private let notificationMultiplier: UInt32
    private let messageTable: Registers?
    private let messageOffset: Int
    private var usesMessages = false

    /// The common structure, by byte offset.
    private enum Offset {
        static var deviceFeaturesSelect: Int { 0x00 }
        static var deviceFeatures: Int { 0x04 }
        static var driverFeaturesSelect: Int { 0x08 }
        static var driverFeatures: Int { 0x0c }
        static var configurationVector: Int { 0x10 }
        static var status: Int { 0x14 }
        static var generation: Int { 0x15 }
        static var queueSelect: Int { 0x16 }
        static var queueSize: Int { 0x18 }
        static var queueVector: Int { 0x1a }
        static var queueEnable: Int { 0x1c }
        static var queueNotifyOffset: Int { 0x1e }
        static var queueDescriptors: Int { 0x20 }
        static var queueAvailable: Int { 0x28 }
        static var queueUsed: Int { 0x30 }
    }

    /// Looks at a function, and at its capabilities if it is one of VIRTIO.
    ///
    /// - Parameters:
    ///   - function: its configuration space; memory and bus mastering are switched on.
    ///   - map: gives access to the registers at a physical address.
    public init(function: Function, map: (UInt64) -> Registers?) {
        self.function = function
        let identity = function.read(0)
        let vendor = identity & 0xffff
        let number = identity >> 16
        var found = InlineArray<5, Registers?>(repeating: nil)
        var multiplier: UInt32 = 0
        var table: Registers?
        var tableCapability = 0
        if vendor == 0x1af4 {
            // Memory and bus mastering.
            function.write(0x04, function.read(0x04) & 0xffff | 6)
            function.forEachCapability { capability, offset in
                if capability == 0x11 {
                    let place = function.read(offset + 4)
                    tableCapability = offset
                    table = function.address(ofBAR: Int(place & 7)).flatMap { map($0 &+ UInt64(place & ~7)) }
                }
                let kind = Int(function.read8(offset + 3))
                guard capability == 0x09, kind >= 1, kind <= 4, found[kind] == nil,
                    let base = function.address(ofBAR: Int(function.read8(offset + 4)))
                else { return }
                found[kind] = map(base &+ UInt64(function.read(offset + 8)))
                if kind == 2 { multiplier = function.read(offset + 16) }
            }
        }
        common = found[1]
        notification = found[2]
        interruptStatus = found[3]
        device = found[4]
        notificationMultiplier = multiplier
        messageTable = table
        messageOffset = tableCapability
        let isWhole = found[1] != nil && found[2] != nil && found[3] != nil
        if vendor != 0x1af4 || number < 0x1000 || number > 0x107f {
            id = .empty
        } else if !isWhole {
            id = .legacy
        } else {
            // Transitional devices have numbers of their own: 0x1002 is a balloon.
            id = .device(number >= 0x1040 ? number - 0x1040 : number == 0x1002 ? 5 : UInt32(function.read(0x2c) >> 16))
        }
    }

    public mutating func identify() -> TransportIdentity { id }

    public mutating func status() -> DeviceStatus { DeviceStatus(rawValue: common?.read8(Offset.status) ?? 0) }

    public mutating func setStatus(_ status: DeviceStatus) { common?.write8(Offset.status, status.rawValue) }

    public mutating func offeredFeatures() -> UInt64 {
        guard let common else { return 0 }
        common.write32(Offset.deviceFeaturesSelect, 0)
        let low = UInt64(common.read32(Offset.deviceFeatures))
        common.write32(Offset.deviceFeaturesSelect, 1)
        return low | UInt64(common.read32(Offset.deviceFeatures)) << 32
    }

    public mutating func acceptFeatures(_ features: UInt64) {
        guard let common else { return }
        common.write32(Offset.driverFeaturesSelect, 0)
        common.write32(Offset.driverFeatures, UInt32(truncatingIfNeeded: features))
        common.write32(Offset.driverFeaturesSelect, 1)
        common.write32(Offset.driverFeatures, UInt32(truncatingIfNeeded: features >> 32))
    }

    public mutating func queueSizeLimit(_ queue: Int) -> UInt16 {
        common?.write16(Offset.queueSelect, UInt16(truncatingIfNeeded: queue))
        return common?.read16(Offset.queueSize) ?? 0
    }

    public mutating func enable(_ queue: Int, _ layout: QueueLayout) -> Bool {
        guard let common else { return false }
        common.write16(Offset.queueSelect, UInt16(truncatingIfNeeded: queue))
        common.write16(Offset.queueSize, layout.size)
        if usesMessages {
            common.write16(Offset.configurationVector, 0)
            common.write16(Offset.queueVector, 1)
            guard common.read16(Offset.queueVector) == 1, common.read16(Offset.configurationVector) == 0 else {
                return false
            }
        }
        write64(Offset.queueDescriptors, layout.descriptors)
        write64(Offset.queueAvailable, layout.available)
        write64(Offset.queueUsed, layout.used)
        common.write16(Offset.queueEnable, 1)
        return common.read16(Offset.queueEnable) == 1
    }

    public mutating func notify(_ queue: Int) {
        common?.write16(Offset.queueSelect, UInt16(truncatingIfNeeded: queue))
        let offset = UInt32(common?.read16(Offset.queueNotifyOffset) ?? 0) &* notificationMultiplier
        notification?.write16(Int(offset), UInt16(truncatingIfNeeded: queue))
    }

    public mutating func takeInterrupts() -> InterruptCauses {
        InterruptCauses(rawValue: (interruptStatus?.read8(0) ?? 0) & 3)
    }

    public mutating func configurationGeneration() -> UInt32 { UInt32(common?.read8(Offset.generation) ?? 0) }
    public mutating func readConfiguration(_ offset: Int) -> UInt32 { device?.read32(offset) ?? 0 }
    public mutating func writeConfiguration(_ offset: Int, _ value: UInt32) { device?.write32(offset, value) }

    /// Turns MSI-X on: a write of `configuration` to `address` for a change of the configuration, of `queues` for used
    /// chains. Call it before the driver starts.
    ///
    /// - Returns: false if the function has no table for two messages.
    public mutating func enableMessages(address: UInt64, configuration: UInt32, queues: UInt32) -> Bool {
        guard let messageTable, messageOffset > 0 else { return false }
        let control = function.read(messageOffset)
        guard control >> 16 & 0x7ff >= 1 else { return false }
        for index in 0..<2 {
            messageTable.write32(16 * index, UInt32(truncatingIfNeeded: address))
            messageTable.write32(16 * index + 4, UInt32(truncatingIfNeeded: address >> 32))
            messageTable.write32(16 * index + 8, index == 0 ? configuration : queues)
            messageTable.write32(16 * index + 12, 0)
        }
        function.write(messageOffset, control & ~0x4000_0000 | 0x8000_0000)
        usesMessages = true
        return true
    }

    private func write64(_ offset: Int, _ value: UInt64) {
        common?.write32(offset, UInt32(truncatingIfNeeded: value))
        common?.write32(offset + 4, UInt32(truncatingIfNeeded: value >> 32))
    }
}
