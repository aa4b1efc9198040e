internal import Virtio

/// The common structure of virtio-pci, less what belongs to a queue (VIRTIO 1.4 §4.1.4.3).
struct CommonRegisters {
    /// Offsets of the fields that a driver writes, and of the structure's end.
    enum Field {
        static let deviceFeatureSelect = 0x00
        static let driverFeatureSelect = 0x08
        static let driverFeature = 0x0c
        static let configurationVector = 0x10
        static let status = 0x14
        static let queueSelect = 0x16
        static let queueSize = 0x18
        static let queueVector = 0x1a
        static let queueEnable = 0x1c
        static let queueDescriptors = 0x20
        static let queueAvailable = 0x28
        static let queueUsed = 0x30
        static let end = 0x38
    }

    var deviceFeatureSelect: UInt32 = 0
    var driverFeatureSelect: UInt32 = 0
    var driverFeatures: UInt64 = 0
    var configurationVector = FunctionQueue.noVector
    var status: DeviceStatus = []
    /// Goes on over resets: a driver compares it with what it read before.
    var generation: UInt8 = 0
    var queueSelect: UInt16 = 0

    mutating func reset() {
        let generation = generation
        self = CommonRegisters()
        self.generation = generation
    }

    /// Half of some feature bits; there are two.
    static func half(_ select: UInt32, of features: UInt64) -> UInt32 {
        select < 2 ? UInt32(truncatingIfNeeded: features >> (32 * UInt64(select))) : 0
    }

    mutating func setDriverFeatures(_ value: UInt32) {
        // Agreed is agreed.
        guard driverFeatureSelect < 2, !status.contains(.featuresOK) else { return }
        let shift = 32 * UInt64(driverFeatureSelect)
        driverFeatures = driverFeatures & ~(0xffff_ffff << shift) | UInt64(value) << shift
    }
}
