/// A place in a packed ring, and in which round (VIRTIO 1.4 §2.8.1): one of twice as many as the ring has entries.
public struct PackedPosition: Equatable, Sendable {
    /// Below the ring's size, if it does not come from outside.
    public var index: UInt16
    /// The wrap counter: true in the first round, and turned at each end of the ring.
    public var wrap: Bool

    /// Where a fresh ring begins.
    public static let start = PackedPosition(index: 0, wrap: true)

    /// The place of entry `index` in a round with this wrap counter.
    public init(index: UInt16, wrap: Bool) {
        self.index = index
        self.wrap = wrap
    }

    /// Decodes the form of event suppression structures and of vhost: the counter in bit 15.
    public init(encoded: UInt16) {
        index = encoded & 0x7fff
        wrap = encoded & 0x8000 != 0
    }

    /// The form of event suppression structures and of vhost: the counter in bit 15.
    public var encoded: UInt16 { index & 0x7fff | (wrap ? 0x8000 : 0) }

    /// The place `count` entries further on, at most one round of `size`.
    func advanced(by count: UInt16, size: UInt16) -> PackedPosition {
        let next = UInt32(index) + UInt32(count)
        guard next >= UInt32(size) else { return PackedPosition(index: UInt16(next), wrap: wrap) }
        return PackedPosition(index: UInt16(truncatingIfNeeded: next - UInt32(size)), wrap: !wrap)
    }

    /// Entries from `start` forward to here, below two rounds. Both have to lie in the ring.
    func distance(from start: PackedPosition, size: UInt16) -> UInt32 {
        let rounds = 2 * UInt32(size)
        return (linear(size) + rounds - start.linear(size)) % rounds
    }

    private func linear(_ size: UInt16) -> UInt32 { UInt32(index) + (wrap ? 0 : UInt32(size)) }
}
