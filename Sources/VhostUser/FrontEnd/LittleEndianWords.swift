extension [UInt8] {
    /// The bytes of little-endian words.
    static func words<Word: FixedWidthInteger>(_ words: Word...) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in words { Swift.withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }
}
