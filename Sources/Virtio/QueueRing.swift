/// A mapped ring of either kind.
public enum QueueRing: Sendable {
    /// A split ring.
    case split(SplitRing)
    /// A packed ring.
    case packed(PackedRing)

    /// Names the three parts, which have to stay mapped as long as the ring is used.
    ///
    /// - Parameters:
    ///   - kind: which form it has.
    ///   - size: entries; see ``RingKind/isValid(size:)``.
    ///   - table: the descriptors; see ``RingKind/tableBytes(_:)``.
    ///   - driver: what the driver writes; see ``RingKind/driverBytes(_:)``.
    ///   - device: what the device writes; see ``RingKind/deviceBytes(_:)``.
    /// - Throws: ``QueueFault/badSize``, ``QueueFault/misaligned``.
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

    /// Entries.
    public var size: UInt16 {
        switch self {
        case .split(let ring): ring.size
        case .packed(let ring): ring.size
        }
    }
}
