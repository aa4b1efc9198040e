/// One entry of a descriptor table, copied out of guest memory (VIRTIO 1.4 §2.7.5).
public struct Descriptor: Equatable, Sendable {
    /// Guest-physical address, or the address of an indirect table.
    public var address: UInt64
    /// Bytes.
    public var length: UInt32
    /// What `address` and `next` mean.
    public var flags: Flags
    /// The table index of the next one, if `flags` has `.next`.
    public var next: UInt16

    /// An entry; `next` means something only with ``Flags/next``.
    public init(address: UInt64, length: UInt32, flags: Flags, next: UInt16 = 0) {
        self.address = address
        self.length = length
        self.flags = flags
        self.next = next
    }

    /// The flags of an entry, of split and packed rings alike.
    public struct Flags: OptionSet, Sendable {
        /// The bits, as they stand in memory.
        public let rawValue: UInt16
        /// Any bits, also those that nobody knows.
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// The chain goes on at `next`.
        public static let next = Flags(rawValue: 1)
        /// The device writes here; otherwise it reads.
        public static let write = Flags(rawValue: 2)
        /// The buffer is a table of further descriptors.
        public static let indirect = Flags(rawValue: 4)
    }

    /// Bytes of an entry in memory.
    public static let size = 16

    /// Decodes the two little-endian words that an entry is made of.
    init(words low: UInt64, _ high: UInt64) {
        address = UInt64(littleEndian: low)
        let rest = UInt64(littleEndian: high)
        length = UInt32(truncatingIfNeeded: rest)
        flags = Flags(rawValue: UInt16(truncatingIfNeeded: rest >> 32))
        next = UInt16(truncatingIfNeeded: rest >> 48)
    }

    /// The two little-endian words of the entry.
    package var words: (UInt64, UInt64) {
        let high = UInt64(length) | UInt64(flags.rawValue) << 32 | UInt64(next) << 48
        return (address.littleEndian, high.littleEndian)
    }
}
