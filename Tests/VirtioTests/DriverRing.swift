import TestSupport
import Virtio

/// The driver's side of a split virtqueue, written straight into memory, so that it can break every rule.
///
/// It knows the layout by itself, and not from what is tested.
final class DriverRing {
    enum Flag {
        static let next: UInt16 = 1
        static let write: UInt16 = 2
        static let indirect: UInt16 = 4
    }

    let memory: TestMemory
    let size: UInt16
    private let available: UInt64
    private let used: UInt64
    /// Where a test may put its buffers: behind the ring.
    let dataStart: UInt64

    init(size: UInt16, dataBytes: Int = 65536, firstIndex: UInt16 = 0) {
        self.size = size
        available = UInt64(SplitRing.tableBytes(size))
        used = (available + UInt64(SplitRing.availableBytes(size)) + 3) / 4 * 4
        dataStart = (used + UInt64(SplitRing.usedBytes(size)) + 4095) / 4096 * 4096
        memory = TestMemory(size: Int(dataStart) + dataBytes)
        availableIndex = firstIndex
        usedIndex = firstIndex
    }

    /// The ring as the device sees it. The memory has to outlive it.
    func deviceSide() throws -> SplitRing {
        guard let base = memory.bytes.baseAddress else { throw QueueFault.ringLost }
        return try SplitRing(
            size: size, descriptors: base, available: base + Int(available), used: base + Int(used))
    }

    // MARK: - What the driver writes

    func setDescriptor(
        _ index: UInt16, address: UInt64, length: UInt32, flags: UInt16 = 0, next: UInt16 = 0, table: UInt64 = 0
    ) {
        let entry = table + 16 * UInt64(index)
        memory.store(address, at: entry)
        memory.store(length, at: entry + 8)
        memory.store(flags, at: entry + 12)
        memory.store(next, at: entry + 14)
    }

    /// Chains the buffers, in table entries from `first` on.
    func setChain(_ buffers: [DescriptorChain.Buffer], first: UInt16 = 0, table: UInt64 = 0) {
        for (index, buffer) in buffers.enumerated() {
            let isLast = index == buffers.count - 1
            setDescriptor(
                first + UInt16(index), address: buffer.address, length: buffer.length,
                flags: (buffer.isDeviceWritable ? Flag.write : 0) | (isLast ? 0 : Flag.next),
                next: first + UInt16(index) + 1, table: table)
        }
    }

    /// Makes a chain available.
    func offer(_ head: UInt16) {
        memory.store(head, at: available + 4 + 2 * UInt64(availableIndex % size))
        availableIndex &+= 1
    }

    var availableIndex: UInt16 {
        get { memory.load(UInt16.self, at: available + 2) }
        set { memory.store(newValue, at: available + 2) }
    }

    /// VIRTQ_AVAIL_F_NO_INTERRUPT.
    var wantsNoInterrupt: Bool {
        get { memory.load(UInt16.self, at: available) & 1 != 0 }
        set { memory.store(UInt16(newValue ? 1 : 0), at: available) }
    }

    var usedEvent: UInt16 {
        get { memory.load(UInt16.self, at: available + 4 + 2 * UInt64(size)) }
        set { memory.store(newValue, at: available + 4 + 2 * UInt64(size)) }
    }

    // MARK: - What the device writes

    var usedIndex: UInt16 {
        get { memory.load(UInt16.self, at: used + 2) }
        set { memory.store(newValue, at: used + 2) }
    }

    func usedEntry(_ index: UInt16) -> (head: UInt32, length: UInt32) {
        let entry = used + 4 + 8 * UInt64(index % size)
        return (memory.load(UInt32.self, at: entry), memory.load(UInt32.self, at: entry + 4))
    }

    var usedFlags: UInt16 {
        get { memory.load(UInt16.self, at: used) }
        set { memory.store(newValue, at: used) }
    }

    var availableEvent: UInt16 { memory.load(UInt16.self, at: used + 4 + 8 * UInt64(size)) }
}
