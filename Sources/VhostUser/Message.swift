internal import Glibc

/// One message as it came in: checked as to its form, not yet as to its meaning.
struct Message: ~Copyable {
    let request: UInt32
    let flags: UInt32
    let payload: [UInt8]
    /// Descriptors that came with it and were not taken. What is left is closed with the message.
    private var descriptors: [CInt]

    init(request: UInt32, flags: UInt32, payload: [UInt8], descriptors: [CInt]) {
        self.request = request
        self.flags = flags
        self.payload = payload
        self.descriptors = descriptors
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }

    var needsReply: Bool { flags & MessageLayout.needsReply != 0 }
    var descriptorCount: Int { descriptors.count }

    /// Takes the first descriptor that is left; the caller owns it.
    mutating func takeDescriptor() -> CInt? {
        descriptors.isEmpty ? nil : descriptors.removeFirst()
    }

    /// A little-endian word of the payload; `nil` behind its end.
    func word32(at offset: Int) -> UInt32? {
        guard offset >= 0, offset + 4 <= payload.count else { return nil }
        return payload.withUnsafeBytes {
            UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
    }

    func word64(at offset: Int) -> UInt64? {
        guard offset >= 0, offset + 8 <= payload.count else { return nil }
        return payload.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
    }
}
