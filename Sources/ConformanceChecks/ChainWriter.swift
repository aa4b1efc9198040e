/// A ring whose descriptors can be written one by one, right or wrong.
public protocol ChainWriter {
    /// What writing can throw: the memory cannot be reached.
    associatedtype Failure: Error

    /// Entries of the ring.
    var size: UInt16 { get }
    /// Guest-physical address of 64 KiB for what the driver sends.
    var buffer: UInt64 { get }

    /// Writes a descriptor of the ring's own table.
    func describe(
        _ index: UInt16, address: UInt64, length: UInt32, flags: UInt16, next: UInt16
    ) throws(Failure)
    /// Writes a descriptor anywhere, by guest-physical address.
    func describe(
        at entry: UInt64, address: UInt64, length: UInt32, flags: UInt16, next: UInt16
    ) throws(Failure)
}

extension CheckRing: ChainWriter {}
