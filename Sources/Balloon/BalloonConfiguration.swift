/// The device's configuration space (VIRTIO 1.4 §5.5.4): four little-endian words.
public struct BalloonConfiguration: Equatable, Sendable {
    /// Bytes of the whole structure.
    public static let size = 16

    /// The target: how many pages of 4 KiB the device asks the guest for.
    public var numPages: UInt32 = 0
    /// How many pages of 4 KiB the guest says that it has given: a claim.
    public var actual: UInt32 = 0
    /// The command that free page hinting is to follow, 0 for stop and 1 for done. The field exists with FREE_PAGE_HINT.
    public var freePageHintCommandID: UInt32 = 0
    /// The word that fills the guest's free pages. The field exists with PAGE_POISON.
    public var poisonValue: UInt32 = 0

    /// A space of zeros: no target, nothing reported.
    public init() {}

    /// Where each field starts, in bytes.
    public enum Offset {
        /// Of ``BalloonConfiguration/numPages``: 0.
        public static let numPages = 0
        /// Of ``BalloonConfiguration/actual``: 4.
        public static let actual = 4
        /// Of ``BalloonConfiguration/freePageHintCommandID``: 8.
        public static let freePageHintCommandID = 8
        /// Of ``BalloonConfiguration/poisonValue``: 12.
        public static let poisonValue = 12
    }

    /// The byte at `offset` (bytes); zero outside of the structure.
    public subscript(byte offset: Int) -> UInt8 {
        guard offset >= 0 else { return 0 }
        let word: UInt32
        switch offset / 4 {
        case 0: word = numPages
        case 1: word = actual
        case 2: word = freePageHintCommandID
        case 3: word = poisonValue
        default: return 0
        }
        return UInt8(truncatingIfNeeded: word >> (8 * UInt32(offset % 4)))
    }

    /// Puts the bytes of a write over the field at `fieldOffset`, as far as they meet it.
    ///
    /// - Parameters:
    ///   - value: the field before the write.
    ///   - fieldOffset: where the field starts, in bytes; see ``Offset``.
    ///   - bytes: what the driver wrote, little-endian, of any length.
    ///   - offset: where the write starts, in bytes; may be anything.
    /// - Returns: the field's new value, or `nil` if the write does not touch it.
    public static func overlay(
        _ value: UInt32, at fieldOffset: Int, with bytes: UnsafeRawBufferPointer, writtenAt offset: Int
    ) -> UInt32? {
        var result = value
        var touched = false
        for index in 0..<4 {
            let (position, overflow) = (fieldOffset + index).subtractingReportingOverflow(offset)
            guard !overflow, bytes.indices.contains(position) else { continue }
            let shift = 8 * UInt32(index)
            result = result & ~(0xff << shift) | UInt32(bytes[position]) << shift
            touched = true
        }
        return touched ? result : nil
    }
}
