/// A mapped ring of either kind.
public enum QueueRing: Sendable {
    case split(SplitRing)
    case packed(PackedRing)

    /// - Parameters:
    ///   - table: the descriptors.
    ///   - driver: what the driver writes; see ``RingKind/driverBytes(_:)``.
    ///   - device: what the device writes; see ``RingKind/deviceBytes(_:)``.
    public init(
        kind: RingKind, size: UInt16, table: UnsafeMutableRawPointer, driver: UnsafeMutableRawPointer,
        device: UnsafeMutableRawPointer
    ) throws(QueueFault) {
        switch kind {
        case .split:
            self = .split(try SplitRing(size: size, descriptors: table, available: driver, used: device))
        case .packed:
            self = .packed(try PackedRing(size: size, descriptors: table, driver: driver, device: device))
        }
    }

    public var size: UInt16 {
        switch self {
        case .split(let ring): ring.size
        case .packed(let ring): ring.size
        }
    }
}
