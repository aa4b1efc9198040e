internal import Glibc

/// One message as it came in: checked as to its form, not yet as to its meaning.
struct Message: ~Copyable {
    /// What an answer needs to know.
    struct Origin {
        /// The client's number for the message, which the answer repeats.
        var id: UInt16
        var command: UInt16
        var needsReply: Bool
    }

    let origin: Origin
    let command: Command
    let payload: [UInt8]
    /// Descriptors that came with it and were not taken. What is left is closed with the message.
    private var descriptors: [CInt]

    init(origin: Origin, command: Command, payload: [UInt8], descriptors: [CInt]) {
        self.origin = origin
        self.command = command
        self.payload = payload
        self.descriptors = descriptors
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }

    var descriptorCount: Int { descriptors.count }

    /// Takes the first descriptor that is left; the caller owns it.
    mutating func takeDescriptor() -> CInt? {
        descriptors.isEmpty ? nil : descriptors.removeFirst()
    }

    /// A little-endian word of the payload. Throws behind its end.
    func word16(at offset: Int) throws(VfioUserError) -> UInt16 { try load(offset) }
    func word32(at offset: Int) throws(VfioUserError) -> UInt32 { try load(offset) }
    func word64(at offset: Int) throws(VfioUserError) -> UInt64 { try load(offset) }

    private func load<Word: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) throws(VfioUserError) -> Word {
        guard offset >= 0, offset <= payload.count - MemoryLayout<Word>.size else {
            throw .badPayload(command, bytes: payload.count)
        }
        return payload.withUnsafeBytes {
            Word(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Word.self))
        }
    }

    func checkSize(_ size: Int) throws(VfioUserError) {
        guard payload.count == size else { throw .badPayload(command, bytes: payload.count) }
    }
}

extension [UInt8] {
    mutating func append(littleEndian word: some FixedWidthInteger & BitwiseCopyable) {
        Swift.withUnsafeBytes(of: word.littleEndian) { self.append(contentsOf: $0) }
    }
}
