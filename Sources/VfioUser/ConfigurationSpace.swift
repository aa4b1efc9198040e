/// The configuration space of a modern virtio function (PCI 3.0 §6; VIRTIO 1.4 §4.1.2, §4.1.4).
///
/// BARs are the VMM's to place: writes to them are ignored, as is all else that a driver has no business to write.
struct ConfigurationSpace {
    static let size = 256

    /// Where the capabilities are.
    private enum Capability {
        static let messages = 0x40
        static let common = 0x4c
        static let notification = 0x5c
        static let interruptStatus = 0x70
        static let device = 0x80
        static let access = 0x90
    }

    private var bytes = [UInt8](repeating: 0, count: size)
    /// Bits that the driver may write.
    private var writable = [UInt8](repeating: 0, count: size)

    /// - Parameters:
    ///   - deviceNumber: VIRTIO's number of the kind of device, below 64.
    ///   - vectors: entries of the MSI-X table, above 0.
    ///   - queues: how many notification addresses there are.
    ///   - configurationSize: bytes of the device's own structure.
    init(deviceNumber: UInt16, vectors: Int, queues: Int, configurationSize: Int) {
        put(0x1af4, at: 0x00, 2)
        put(0x1040 + Int(deviceNumber), at: 0x02, 2)
        put(0x0010, at: 0x06, 2)  // there is a list of capabilities
        put(0x00ff_0001, at: 0x08, 4)  // no class of PCI's; revision 1: not transitional
        // What QEMU writes there: Windows' driver is bound by it.
        put(0x1100_1af4, at: 0x2c, 4)
        put(Capability.messages, at: 0x34, 1)
        put(1, at: 0x3d, 1)  // INTA
        putMessages(vectors)
        putStructure(
            Capability.common, next: Capability.notification, kind: 1, offset: RegionLayout.common, length: 0x38)
        putStructure(
            Capability.notification, next: Capability.interruptStatus, kind: 2, offset: RegionLayout.notification,
            length: RegionLayout.notificationMultiplier * queues, size: 20)
        put(RegionLayout.notificationMultiplier, at: Capability.notification + 16, 4)
        putStructure(
            Capability.interruptStatus, next: Capability.device, kind: 3, offset: RegionLayout.interruptStatus,
            length: 1)
        putStructure(
            Capability.device, next: Capability.access, kind: 4, offset: RegionLayout.device,
            length: configurationSize)
        putStructure(Capability.access, next: 0, kind: 5, offset: 0, length: 0, size: 20)
        // The driver's: memory, bus master, parity, SERR, INTx off; the interrupt line; MSI-X on and masked; the window
        // of the last capability.
        allow(0x0546, at: 0x04, 2)
        allow(0xff, at: 0x3c, 1)
        allow(0xc000, at: Capability.messages + 2, 2)
        allow(0xff, at: Capability.access + 4, 1)
        allow(0xffff_ffff, at: Capability.access + 8, 4)
        allow(0xffff_ffff, at: Capability.access + 12, 4)
    }

    /// The driver has switched MSI-X on.
    var usesMessages: Bool { bytes[Capability.messages + 3] & 0x80 != 0 }

    /// Where the data register of VIRTIO_PCI_CAP_PCI_CFG is: through it a BAR is accessed without being mapped.
    static let windowData = Capability.access + 16

    /// What that register stands for now; `nil` if the driver has set nothing that can be accessed.
    var window: (region: UInt32, offset: UInt64, count: Int)? {
        let count = word32(Capability.access + 12)
        guard count == 1 || count == 2 || count == 4, bytes[Capability.access + 4] <= 5 else { return nil }
        return (UInt32(bytes[Capability.access + 4]), UInt64(word32(Capability.access + 8)), Int(count))
    }

    /// `offset + count` has to be at most ``size``.
    func read(_ offset: Int, _ count: Int) -> [UInt8] { Array(bytes[offset..<(offset + count)]) }

    /// `offset + data.count` has to be at most ``size``.
    mutating func write(_ offset: Int, _ data: ArraySlice<UInt8>) {
        for (index, byte) in zip(offset..., data) {
            bytes[index] = bytes[index] & ~writable[index] | byte & writable[index]
        }
    }

    /// All that the driver wrote is gone.
    mutating func reset() {
        for index in bytes.indices { bytes[index] &= ~writable[index] }
    }

    // MARK: - Layout

    private func word32(_ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    }

    private mutating func put(_ value: Int, at offset: Int, _ count: Int) {
        for index in 0..<count { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }

    private mutating func allow(_ mask: Int, at offset: Int, _ count: Int) {
        for index in 0..<count { writable[offset + index] = UInt8(truncatingIfNeeded: mask >> (8 * index)) }
    }

    private mutating func putMessages(_ vectors: Int) {
        put(0x11, at: Capability.messages, 1)
        put(Capability.common, at: Capability.messages + 1, 1)
        put(vectors - 1, at: Capability.messages + 2, 2)
        put(RegionLayout.messageTable | Int(RegionLayout.messageBar), at: Capability.messages + 4, 4)
        put(RegionLayout.messagePending | Int(RegionLayout.messageBar), at: Capability.messages + 8, 4)
    }

    /// A vendor capability, which says where a structure lies.
    private mutating func putStructure(
        _ place: Int, next: Int, kind: Int, offset: Int, length: Int, size: Int = 16
    ) {
        put(0x09, at: place, 1)
        put(next, at: place + 1, 1)
        put(size, at: place + 2, 1)
        put(kind, at: place + 3, 1)
        put(Int(RegionLayout.bar), at: place + 4, 1)
        put(offset, at: place + 8, 4)
        put(length, at: place + 12, 4)
    }
}
