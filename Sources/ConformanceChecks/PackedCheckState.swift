internal import Virtio

/// Where the driver of a packed ring stands.
struct PackedCheckState {
    struct Part {
        var address: UInt64 = 0
        var length: UInt32 = 0
        var flags: UInt16 = 0
        var next: UInt16 = 0
    }

    /// What chains are made of, by the index that they would have in a table.
    var described = [Part](repeating: Part(), count: Int(CheckSize.queue))
    /// Entries that a chain takes, by its id.
    var entries = [UInt32](repeating: 1, count: Int(CheckSize.queue))
    /// Entries made available, and seen to be used, ever.
    var available: UInt32 = 0
    var seen: UInt32 = 0

    /// The place after so many entries.
    static func position(_ count: UInt32, _ size: UInt16) -> PackedPosition {
        let size = UInt32(size)
        return PackedPosition(index: UInt16(count % size), wrap: count / size % 2 == 0)
    }
}
