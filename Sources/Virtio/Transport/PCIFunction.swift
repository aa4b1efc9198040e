/// The configuration space of one PCI function, by ports, by a window in memory, or by a test.
public protocol PCIFunction {
    /// The little-endian word at `offset`, a multiple of 4 below 256.
    func read(_ offset: Int) -> UInt32
    /// Writes the little-endian word at `offset`, a multiple of 4 below 256.
    func write(_ offset: Int, _ value: UInt32)
}

extension PCIFunction {
    func read8(_ offset: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: read(offset & ~3) >> UInt32(8 * (offset & 3)))
    }

    /// The address of a memory BAR; `nil` if it is none, or none is assigned.
    func address(ofBAR index: Int) -> UInt64? {
        guard index < 6 else { return nil }
        let low = read(0x10 + 4 * index)
        guard low & 1 == 0, low & ~0xf != 0 || low & 6 == 4 else { return nil }
        var address = UInt64(low & ~0xf)
        if low & 6 == 4, index < 5 { address |= UInt64(read(0x14 + 4 * index)) << 32 }
        return address == 0 ? nil : address
    }

    /// Calls `body` with the offset of each capability; a list that is a loop ends.
    func forEachCapability(_ body: (_ id: UInt8, _ offset: Int) -> Void) {
        guard read(0x04) >> 16 & 0x10 != 0 else { return }
        var offset = Int(read8(0x34) & 0xfc)
        var count = 0
        while offset >= 0x40, count < 48 {
            body(read8(offset), offset)
            offset = Int(read8(offset + 1) & 0xfc)
            count += 1
        }
    }
}
