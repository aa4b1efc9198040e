/// A fuzzer's input, read as a row of small numbers and pieces; zeros and empty pieces behind its end.
struct Script {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isEmpty: Bool { offset >= bytes.count }

    mutating func byte() -> UInt8 {
        guard offset < bytes.count else { return 0 }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func word16() -> UInt16 { UInt16(byte()) | UInt16(byte()) << 8 }

    /// The next bytes, at most `count`.
    mutating func piece(_ count: Int) -> UnsafeRawBufferPointer {
        let end = min(bytes.count, offset + count)
        defer { offset = end }
        return UnsafeRawBufferPointer(rebasing: bytes[min(offset, end)..<end])
    }

    mutating func rest() -> UnsafeRawBufferPointer { piece(bytes.count) }
}
