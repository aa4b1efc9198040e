/// What a device did to a used ring that no device may do. The queue cannot go on.
public enum UsedFault: Error, Equatable, Sendable {
    /// `used.idx` is further ahead than there are chains in flight.
    case usedIndexJumped
    /// The entry names no chain that is in flight.
    case unknownHead(UInt32)
    /// The device claims to have written more bytes than the whole chain has.
    case lengthBeyondChain(UInt32)
}

/// Why a chain was not added to a queue.
public enum AddFault: Error, Equatable, Sendable {
    /// Not enough descriptors are free: some chain has to come back first.
    case full
    /// No buffers, or more than the queue could ever take.
    case badCount
}
