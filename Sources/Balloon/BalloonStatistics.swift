/// One set of statistics: a claim of the guest.
@frozen public struct BalloonStatistics: Sendable {
    /// Bytes of one entry: le16 tag, le64 value, packed.
    public static let entrySize = 10

    // Room for more tags than there are today; a test fails when it runs out.
    @usableFromInline typealias Slots = InlineArray<24, UInt64>
    @usableFromInline var values = Slots(repeating: 0)
    @usableFromInline var present: UInt32 = 0

    /// An empty set.
    public init() {}

    /// One statistic, in the unit of its tag; `nil` where the guest did not send it.
    @inlinable public subscript(tag: StatisticsTag) -> UInt64? {
        get { present & 1 << tag.rawValue != 0 ? values[Int(tag.rawValue)] : nil }
        set {
            guard tag.rawValue < Slots.count else { return }
            if let newValue {
                values[Int(tag.rawValue)] = newValue
                present |= 1 << tag.rawValue
            } else {
                present &= ~(1 << tag.rawValue)
            }
        }
    }

    /// Whether no statistic is there.
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

extension BalloonStatistics {
    /// Bytes that ``encode(into:)`` writes at most.
    public static let encodedLimit = Slots.count * entrySize

    /// Writes one entry for each statistic that is there, in the order of tags (spec D19).
    ///
    /// - Returns: bytes written; entries for which there is no room are left out.
    public func encode(into bytes: UnsafeMutableRawBufferPointer) -> Int {
        var offset = 0
        var rawTag: UInt16 = 0
        while let tag = StatisticsTag(rawValue: rawTag), offset + Self.entrySize <= bytes.count {
            if let value = self[tag] {
                bytes.storeBytes(of: rawTag.littleEndian, toByteOffset: offset, as: UInt16.self)
                bytes.storeBytes(of: value.littleEndian, toByteOffset: offset + 2, as: UInt64.self)
                offset += Self.entrySize
            }
            rawTag += 1
        }
        return offset
    }
}

extension BalloonStatistics: Equatable {
    /// Whether the same statistics are there, with the same values.
    public static func == (left: Self, right: Self) -> Bool {
        StatisticsTag.allCases.allSatisfy { left[$0] == right[$0] }
    }
}
