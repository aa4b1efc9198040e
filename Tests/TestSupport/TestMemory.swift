public import Virtio

/// Guest memory in ordinary memory: the guest-physical address is the offset. Zeros at first.
public final class TestMemory: GuestMemory {
    public let bytes: UnsafeMutableRawBufferPointer
    /// Ranges that were read, in order.
    public private(set) var reads: [Range<UInt64>] = []
    /// Called after each read: a guest that changes what was just checked.
    public var afterRead: (() -> Void)?
    /// Reads of these addresses fail, as if the memory file had been cut.
    public var unreadable: Range<UInt64> = 0..<0

    public init(size: Int) {
        bytes = .allocate(byteCount: size, alignment: 4096)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { bytes.deallocate() }

    public func read(_ address: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(GuestMemoryError) {
        let (end, overflow) = address.addingReportingOverflow(UInt64(buffer.count))
        guard !overflow, end <= UInt64(bytes.count) else { throw .outsideMemory }
        guard !unreadable.overlaps(address..<end) else { throw .unreadable }
        reads.append(address..<end)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[Int(address)..<Int(end)]))
        afterRead?()
    }

    public func write(_ content: [UInt8], at address: UInt64) {
        UnsafeMutableRawBufferPointer(rebasing: bytes[Int(address)...]).copyBytes(from: content)
    }

    public func store<Number: FixedWidthInteger>(_ number: Number, at address: UInt64) {
        bytes.storeBytes(of: number.littleEndian, toByteOffset: Int(address), as: Number.self)
    }

    public func load<Number: FixedWidthInteger>(_ type: Number.Type, at address: UInt64) -> Number {
        Number(littleEndian: bytes.loadUnaligned(fromByteOffset: Int(address), as: Number.self))
    }
}
