internal import Virtio

/// Guest memory in one piece from address 0, with a ring in its first page.
final class FlatMemory: GuestMemory {
    private let bytes: UnsafeMutableRawBufferPointer
    private let available = 0x400
    private let used = 0x600

    init(size: Int) {
        bytes = .allocate(byteCount: size, alignment: 4096)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { bytes.deallocate() }

    func fill(_ content: UnsafeRawBufferPointer) {
        bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: content.prefix(bytes.count)))
    }

    /// At most 32 entries fit.
    func ring(_ kind: RingKind, size: UInt16) -> QueueRing? {
        guard let base = bytes.baseAddress else { return nil }
        return try? QueueRing(kind: kind, size: size, table: base, driver: base + available, device: base + used)
    }

    var usedIndex: UInt16 { bytes.load(fromByteOffset: used + 2, as: UInt16.self) }

    func read(_ address: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(GuestMemoryError) {
        let (end, overflow) = address.addingReportingOverflow(UInt64(buffer.count))
        guard !overflow, end <= UInt64(bytes.count) else { throw .outsideMemory }
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[Int(address)..<Int(end)]))
    }
}
