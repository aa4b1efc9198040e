/// One set of statistics: a claim of the guest.
public struct BalloonStatistics: Sendable {
    /// Bytes of one entry: le16 tag, le64 value, packed.
    public static let entrySize = 10

    private var values = InlineArray<16, UInt64>(repeating: 0)
    private var present: UInt16 = 0

    public init() {}

    /// Bytes or a count, as the tag says; `nil` where the guest did not send it.
    public subscript(tag: StatisticsTag) -> UInt64? {
        get { present & 1 << tag.rawValue != 0 ? values[Int(tag.rawValue)] : nil }
        set {
            if let newValue {
                values[Int(tag.rawValue)] = newValue
                present |= 1 << tag.rawValue
            } else {
                present &= ~(1 << tag.rawValue)
            }
        }
    }

    public var isEmpty: Bool { present == 0 }

    /// Takes in what one buffer holds: whole entries in any order, unknown tags ignored, a tag sent twice keeps its
    /// last value (spec D21, D22, V4, V5).
    public mutating func decode(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while offset + Self.entrySize <= bytes.count {
            let tag = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
            let value = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 2, as: UInt64.self))
            // Linux sends -1 for what its configuration does not count.
            if let tag = StatisticsTag(rawValue: tag), value != .max { self[tag] = value }
            offset += Self.entrySize
        }
    }
}

extension BalloonStatistics: Equatable {
    public static func == (left: Self, right: Self) -> Bool {
        StatisticsTag.allCases.allSatisfy { left[$0] == right[$0] }
    }
}
