public import Linux
public import Virtio

/// All memory of one guest, by guest-physical address. Nothing of it is mapped: buffers are copied out through the
/// file, since every mapping makes giving memory back dearer.
public struct MemoryTable: GuestMemory, Sendable {
    public static let mostRegions = 512

    /// Ascending by guest-physical address, without overlap.
    public private(set) var regions: [MemoryRegion] = []

    public init() {}

    public mutating func add(_ region: MemoryRegion) throws(MemoryRegionError) {
        guard regions.count < Self.mostRegions else { throw .tooMany(limit: Self.mostRegions) }
        guard !regions.contains(where: { $0.overlaps(region) }) else {
            throw .overlapping(address: region.guestAddress)
        }
        let index = regions.firstIndex { $0.guestAddress > region.guestAddress } ?? regions.count
        regions.insert(shared(region), at: index)
    }

    /// Removes the region that was added with this address, size and user address.
    public mutating func remove(guestAddress: UInt64, size: UInt64, userAddress: UInt64) throws(MemoryRegionError) {
        guard
            let index = regions.firstIndex(where: {
                $0.guestAddress == guestAddress && $0.size == size && $0.userAddress == userAddress
            })
        else { throw .unknown(address: guestAddress) }
        regions.remove(at: index)
    }

    /// Removes all regions from `start` up to `end`; throws where one of them does not lie between whole.
    public mutating func remove(from start: UInt64, upTo end: UInt64) throws(MemoryRegionError) {
        for region in regions where region.guestAddress < end && region.guestEnd > start {
            guard region.guestAddress >= start, region.guestEnd <= end else {
                throw .divided(address: region.guestAddress)
            }
        }
        regions.removeAll { $0.guestAddress < end && $0.guestEnd > start }
    }

    /// Two descriptors of one file become one: fewer open files, and the file's memory is counted once.
    private func shared(_ region: MemoryRegion) -> MemoryRegion {
        guard let known = regions.first(where: { $0.file.identity == region.file.identity }) else { return region }
        return region.lying(in: known.file)
    }

    /// Bytes of guest memory.
    public var size: UInt64 { regions.reduce(0) { $0 + $1.size } }

    /// Bytes of the files from the first to the last that is guest memory. That is more than ``size`` where the VMM
    /// hides some of what it gave the guest, such as the memory under the VGA window.
    public var span: UInt64 {
        var spans: [MemoryFile.Identity: (start: UInt64, end: UInt64)] = [:]
        for region in regions {
            let end = region.fileOffset + region.size
            let known = spans[region.file.identity] ?? (region.fileOffset, end)
            spans[region.file.identity] = (min(known.start, region.fileOffset), max(known.end, end))
        }
        return spans.values.reduce(0) { $0 &+ ($1.end - $1.start) }
    }

    /// Bytes that the host spends on the guest's memory files now.
    public func allocatedBytes() throws(SystemError) -> UInt64 {
        var seen: [MemoryFile.Identity] = []
        var sum: UInt64 = 0
        for region in regions where !seen.contains(region.file.identity) {
            seen.append(region.file.identity)
            sum += try region.file.allocatedBytes()
        }
        return sum
    }

    /// The region in which the whole guest-physical range lies.
    @inline(__always)
    func region(_ address: UInt64, count: UInt64) -> Int? {
        for index in regions.indices {
            let start = regions[index].guestAddress
            let size = regions[index].size
            if address >= start, address - start < size {
                return count <= size - (address - start) ? index : nil
            }
        }
        return nil
    }

    public func read(_ address: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(GuestMemoryError) {
        guard let index = region(address, count: UInt64(buffer.count)) else { throw .outsideMemory }
        let offset = regions[index].fileOffset + (address - regions[index].guestAddress)
        let count: Int
        do {
            count = try regions[index].file.read(offset: offset, into: buffer)
        } catch {
            throw .unreadable
        }
        guard count == buffer.count else { throw .unreadable }
    }

    /// Where a range of the VMM's own address space lies: the region's index, and bytes from its start.
    public func locate(userAddress: UInt64, count: UInt64) -> (region: Int, offset: UInt64)? {
        for index in regions.indices {
            let start = regions[index].userAddress
            let size = regions[index].size
            if userAddress >= start, userAddress - start < size {
                let offset = userAddress - start
                return count <= size - offset ? (index, offset) : nil
            }
        }
        return nil
    }
}

extension MemoryRegion {
    /// The same region of the same file, through another descriptor of it.
    fileprivate func lying(in file: MemoryFile) -> MemoryRegion {
        (try? MemoryRegion(
            guestAddress: guestAddress, size: size, userAddress: userAddress, fileOffset: fileOffset, file: file))
            ?? self
    }
}
