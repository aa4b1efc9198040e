extension [UInt8] {
    /// The bytes of little-endian words of 32 bits.
    static func words(_ words: UInt32...) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in words { bytes.append(littleEndian: word) }
        return bytes
    }

    /// The bytes of little-endian words of 64 bits.
    static func longs(_ words: UInt64...) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in words { bytes.append(littleEndian: word) }
        return bytes
    }
}
