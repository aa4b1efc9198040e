import Testing

// page
import Virtio

/// Guest memory that is mapped here as a whole, from guest-physical address 0 on.
struct RAM: GuestMemory {
    let bytes: UnsafeMutableRawBufferPointer

    func read(_ address: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(GuestMemoryError) {
        let (end, overflow) = address.addingReportingOverflow(UInt64(buffer.count))
        guard !overflow, end <= UInt64(bytes.count) else { throw .outsideMemory }
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[Int(address)..<Int(end)]))
    }
}

/// Sends a word from a driver to a device through a ring of 8 entries at address 0, and tells what the device read.
func send(_ word: UInt32, through ram: RAM) throws -> UInt32? {
    guard let base = ram.bytes.baseAddress, ram.bytes.count >= 8192 else { throw QueueFault.badSize }
    let kind = RingKind.split
    let driverPart = base + kind.tableBytes(8)
    let devicePart = base + 1024
    let ring = try QueueRing(kind: kind, size: 8, table: base, driver: driverPart, device: devicePart)
    var driver = try DriverQueue<8>(ring: ring, usesEventIndex: false)
    var device = try DeviceQueue(ring: ring, base: kind.freshBase, usesEventIndex: false, allowsIndirect: false)

    // The driver writes the word into its memory, and makes the buffer available.
    base.storeBytes(of: word.littleEndian, toByteOffset: 4096, as: UInt32.self)
    try driver.add(.init(address: 4096, length: 4, isDeviceWritable: false), token: 7)
    if driver.publish() {
        // Here the device is notified.
    }

    // The device takes chains until there are no more. It returns each, also one that is refused.
    var received: UInt32?
    var chain = DescriptorChain()
    taking: while true {
        switch try device.next(from: ram, into: &chain) {
        case .empty: break taking
        case .refused: break
        case .chain:
            var reader = ChainReader()
            var read: UInt32 = 0
            let count = try withUnsafeMutableBytes(of: &read) { try reader.read(chain, from: ram, into: $0) }
            if count == 4 { received = UInt32(littleEndian: read) }
        }
        device.complete(head: chain.head)
    }
    if device.needsNotification() {
        // Here the driver is interrupted.
    }

    // The driver knows its chain by the token.
    while let done = try driver.next() {
        guard done.token == 7 else { return nil }
    }
    return received
}
// end of page

@Suite struct VirtioPage {
    @Test func aWordGoesThroughTheRing() throws {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192, alignment: 4096)
        defer { bytes.deallocate() }
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        #expect(try send(0x1234_5678, through: RAM(bytes: bytes)) == 0x1234_5678)
    }

    @Test func memoryIsNotReadOutsideItsBounds() {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 4096)
        defer { bytes.deallocate() }
        #expect(throws: GuestMemoryError.outsideMemory) {
            try withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { buffer throws(GuestMemoryError) in
                try RAM(bytes: bytes).read(4090, into: buffer)
            }
        }
    }
}
