internal import Virtio

/// Where the driver of a packed ring stands.
struct PackedCheckState {
    /// A descriptor that was not described.
    static var nothing: Descriptor { Descriptor(address: 0, length: 0, flags: []) }

    /// What chains are made of, by the index that they would have in a table.
    var described = [Descriptor](repeating: nothing, count: Int(CheckSize.queue))
    /// Entries that a chain takes, by its id.
    var entries = [UInt32](repeating: 1, count: Int(CheckSize.queue))
    /// Entries made available, and seen to be used, ever.
    var available: UInt32 = 0
    var seen: UInt32 = 0

    /// The place after so many entries of a ring of `size`.
    func position(_ count: UInt32, _ size: UInt16) -> PackedPosition {
        let size = UInt32(size)
        return PackedPosition(index: UInt16(count % size), wrap: count / size % 2 == 0)
    }
}
