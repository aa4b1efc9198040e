public import Linux

/// The memory of a guest that a front-end plays: one file, laid out in regions, and mapped as a VMM maps it.
public final class FrontEndMemory: Sendable {
    /// A range of guest-physical memory.
    public struct Region: Sendable, Equatable {
        public var guestAddress: UInt64
        /// Bytes.
        public var size: UInt64
        /// In the front-end's own address space, by which rings are named.
        public var userAddress: UInt64
        /// Bytes into the file.
        public var fileOffset: UInt64
    }

    public let file: MemoryFile
    public let regions: [Region]
    private let window: GuardedMapping

    /// Where memory goes on above the hole below 4 GiB.
    public static let highMemory: UInt64 = 1 << 32

    /// A sealed memory file, as QEMU's memory-backend-memfd makes it.
    ///
    /// - Parameters:
    ///   - size: bytes, a multiple of 4096.
    ///   - low: bytes that lie below the hole; the rest starts at 4 GiB. QEMU's q35 machine puts 2 GiB there once a
    ///     guest has more than 2.75 GiB.
    public convenience init(size: UInt64, low: UInt64 = 2 << 30) throws(FrontEndError) {
        do throws(SystemError) {
            try self.init(file: .sealed(name: "guest", size: size), low: low)
        } catch {
            throw .system(error)
        }
    }

    /// Memory in a file of the caller's.
    public init(file: MemoryFile, low: UInt64 = 2 << 30) throws(SystemError) {
        self.file = file
        window = try GuardedMapping(of: file.descriptor.raw, offset: 0, length: Int(clamping: file.size))
        let base = UInt64(UInt(bitPattern: window.address))
        let below = min(low, file.size)
        var regions = [Region(guestAddress: 0, size: below, userAddress: base, fileOffset: 0)]
        if below < file.size {
            regions.append(
                Region(
                    guestAddress: Self.highMemory, size: file.size - below, userAddress: base + below,
                    fileOffset: below))
        }
        self.regions = regions
    }

    /// Where a guest-physical range is mapped; it has to lie in one region.
    public func pointer(to address: UInt64, count: Int) throws(FrontEndError) -> UnsafeMutableRawPointer {
        let region = try region(of: address, count: UInt64(clamping: count))
        return window.address + Int(region.fileOffset + (address - region.guestAddress))
    }

    /// The front-end's own address of a guest-physical one.
    public func userAddress(of address: UInt64) throws(FrontEndError) -> UInt64 {
        let region = try region(of: address, count: 1)
        return region.userAddress + (address - region.guestAddress)
    }

    private func region(of address: UInt64, count: UInt64) throws(FrontEndError) -> Region {
        for region in regions where address >= region.guestAddress && address - region.guestAddress < region.size {
            guard count <= region.size - (address - region.guestAddress) else { break }
            return region
        }
        throw .outsideMemory(address)
    }
}
