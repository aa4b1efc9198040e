/// One entry of a packed ring, or of an indirect table of one, copied out of guest memory (VIRTIO 1.4 §2.8).
package struct PackedDescriptor: Equatable {
    /// Guest-physical address, or the address of an indirect table.
    package var address: UInt64
    /// Bytes; in a used entry those that the device wrote.
    package var length: UInt32
    /// The driver's name for the chain, which its last entry bears.
    package var id: UInt16
    package var flags: Descriptor.Flags

    package init(address: UInt64, length: UInt32, id: UInt16, flags: Descriptor.Flags) {
        self.address = address
        self.length = length
        self.id = id
        self.flags = flags
    }

    /// Decodes the two little-endian words that an entry is made of.
    init(words low: UInt64, _ high: UInt64) {
        let rest = UInt64(littleEndian: high)
        self.init(
            address: UInt64(littleEndian: low), length: UInt32(truncatingIfNeeded: rest),
            id: UInt16(truncatingIfNeeded: rest >> 32),
            flags: Descriptor.Flags(rawValue: UInt16(truncatingIfNeeded: rest >> 48)))
    }

    /// The two little-endian words of the entry.
    package var words: (low: UInt64, high: UInt64) {
        let high = UInt64(length) | UInt64(id) << 32 | UInt64(flags.rawValue) << 48
        return (address.littleEndian, high.littleEndian)
    }
}

extension Descriptor.Flags {
    /// The driver's mark, which turns round with its wrap counter.
    static var available: Self { Self(rawValue: 1 << 7) }
    /// The device's mark; while it differs from the driver's, the entry is the device's.
    static var used: Self { Self(rawValue: 1 << 15) }

    /// The marks of an entry that becomes available in a round with this wrap counter.
    package static func available(wrap: Bool) -> Self { wrap ? .available : .used }
    /// The marks of an entry that becomes used in a round with this wrap counter.
    static func used(wrap: Bool) -> Self { wrap ? [.available, .used] : [] }

    func isAvailable(wrap: Bool) -> Bool { contains(.available) == wrap && contains(.used) != wrap }
    package func isUsed(wrap: Bool) -> Bool { contains(.available) == wrap && contains(.used) == wrap }
}
