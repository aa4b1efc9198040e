extension ByteSize: Codable {
    /// Reads a plain number of bytes.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(UInt64.self))
    }

    /// Writes a plain number of bytes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }
}

extension ByteSize: Comparable {
    public static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }
}

extension ByteSize: ExpressibleByIntegerLiteral {
    /// - Parameter value: bytes.
    public init(integerLiteral value: UInt64) { self.init(value) }
}

extension ByteSize {
    /// Fewer bytes than this are no size of a guest, a balloon or a budget: whoever writes 512 means another unit.
    private static let leastPlain: UInt64 = 0x10_0000
    /// Up to here a number is likely to be one of MiB, above one of KiB.
    private static let mostMebibytes: UInt64 = 0x1_0000

    /// What was probably meant by a number without a unit that is too small for one of bytes; `nil`: it can be meant.
    public var probablyMeant: ByteSize? {
        guard bytes > 0, bytes < Self.leastPlain else { return nil }
        let unit: ByteUnit = bytes <= Self.mostMebibytes ? .mebi : .kibi
        return ByteSize(bytes * unit.bytes)
    }
}
