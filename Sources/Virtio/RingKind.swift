/// The two forms of a virtqueue (VIRTIO 1.4 §2.7, §2.8), each of three parts in memory.
public enum RingKind: Equatable, Sendable {
    /// Descriptor table, available ring and used ring (§2.7).
    case split
    /// One ring of descriptors, and two event suppression structures (§2.8).
    case packed

    /// The form that these negotiated feature bits mean.
    public init(features: UInt64) {
        self = features & VirtioFeatures.packedRing != 0 ? .packed : .split
    }

    /// Whether a ring of this form can have so many entries: at most 32768, and split ones a power of two.
    public func isValid(size: UInt16) -> Bool {
        switch self {
        case .split: SplitRing.isValid(size: size)
        case .packed: PackedRing.isValid(size: size)
        }
    }

    /// Bytes of the descriptor table or ring, which is aligned to 16.
    public func tableBytes(_ size: UInt16) -> Int { Descriptor.size * Int(size) }

    /// Bytes of the driver's part: the available ring, aligned to 2, or the driver's event suppression, aligned to 4.
    public func driverBytes(_ size: UInt16) -> Int {
        switch self {
        case .split: SplitRing.availableBytes(size)
        case .packed: PackedRing.eventBytes
        }
    }

    /// Bytes of the device's part: the used ring or the device's event suppression, aligned to 4.
    public func deviceBytes(_ size: UInt16) -> Int {
        switch self {
        case .split: SplitRing.usedBytes(size)
        case .packed: PackedRing.eventBytes
        }
    }

    /// ``DeviceQueue/position`` of a ring that a driver has just set up.
    public var freshBase: UInt32 {
        switch self {
        case .split: 0
        case .packed: UInt32(PackedPosition.start.encoded) << 16 | UInt32(PackedPosition.start.encoded)
        }
    }
}
