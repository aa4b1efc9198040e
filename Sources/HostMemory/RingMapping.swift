public import Linux

/// A mapped range of guest memory, found by the VMM's address of it: a part of a ring.
public struct RingMapping: ~Copyable, Sendable {
    private let window: GuardedMapping
    private let inset: Int
    /// Guest-physical pages that the range touches; they must never be given back.
    public let firstPage: UInt64
    public let pageCount: UInt64

    /// - Parameters:
    ///   - userAddress: in the VMM's address space.
    ///   - count: bytes.
    public init(of table: borrowing MemoryTable, userAddress: UInt64, count: Int) throws(RingMappingError) {
        guard let place = table.locate(userAddress: userAddress, count: UInt64(count)) else {
            throw .outsideMemory(userAddress)
        }
        let region = table.regions[place.region]
        let granule = max(region.file.pageSize, 4096)
        let offset = region.fileOffset + place.offset
        let start = offset / granule * granule
        let end = (offset + UInt64(count) + granule - 1) / granule * granule
        do {
            window = try GuardedMapping(of: region.file.descriptor.raw, offset: start, length: Int(end - start))
        } catch {
            throw .notMapped(error)
        }
        inset = Int(offset - start)
        let guest = region.guestAddress + place.offset
        firstPage = guest >> 12
        pageCount = ((guest + UInt64(count) - 1) >> 12) - firstPage + 1
    }

    public var address: UnsafeMutableRawPointer { window.address + inset }
    public var isBroken: Bool { window.isBroken }
}

/// Why a ring could not be mapped.
public enum RingMappingError: Error, Equatable, CustomStringConvertible {
    case outsideMemory(UInt64)
    case notMapped(SystemError)

    public var description: String {
        switch self {
        case .outsideMemory(let address):
            "ring at VMM address 0x\(String(address, radix: 16)) does not lie in shared memory"
        case .notMapped(let error):
            "ring cannot be mapped: \(error)"
        }
    }
}
