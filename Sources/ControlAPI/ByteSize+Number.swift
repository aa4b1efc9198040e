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
