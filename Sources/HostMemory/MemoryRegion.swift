public import Linux

/// A range of guest-physical memory and the place in a file where it lies.
public struct MemoryRegion: Sendable {
    /// Guest-physical address of the first byte; a multiple of 4096.
    public let guestAddress: UInt64
    /// Bytes, a multiple of 4096, above 0.
    public let size: UInt64
    /// Where the VMM has mapped the region in its own address space: vhost-user names rings by such addresses.
    public let userAddress: UInt64
    /// Bytes into the file.
    public let fileOffset: UInt64
    public let file: MemoryFile

    /// Checks that the region can be what it claims to be.
    public init(
        guestAddress: UInt64, size: UInt64, userAddress: UInt64, fileOffset: UInt64, file: MemoryFile
    ) throws(MemoryRegionError) {
        guard size > 0, size % 4096 == 0, guestAddress % 4096 == 0, fileOffset % 4096 == 0 else {
            throw .misaligned(address: guestAddress, size: size)
        }
        // 2^32 pages of 4 KiB are as much as a balloon can name.
        guard size <= 1 << 44, guestAddress <= (1 << 44) - size, !userAddress.addingReportingOverflow(size).overflow
        else { throw .tooHigh(address: guestAddress, size: size) }
        let (end, overflow) = fileOffset.addingReportingOverflow(size)
        guard !overflow, end <= file.size else { throw .beyondFile(address: guestAddress, end: end, file: file.size) }
        guard file.isWritable else { throw .readOnly(address: guestAddress) }
        self.guestAddress = guestAddress
        self.size = size
        self.userAddress = userAddress
        self.fileOffset = fileOffset
        self.file = file
    }

    /// The guest-physical address behind the last byte.
    public var guestEnd: UInt64 { guestAddress + size }

    func overlaps(_ other: MemoryRegion) -> Bool {
        let guest = guestAddress < other.guestEnd && other.guestAddress < guestEnd
        let user = userAddress < other.userAddress + other.size && other.userAddress < userAddress + size
        return guest || user
    }
}

/// Why a memory region was refused. Addresses are guest-physical.
public enum MemoryRegionError: Error, Equatable, CustomStringConvertible {
    case misaligned(address: UInt64, size: UInt64)
    case tooHigh(address: UInt64, size: UInt64)
    case beyondFile(address: UInt64, end: UInt64, file: UInt64)
    case readOnly(address: UInt64)
    case overlapping(address: UInt64)
    case tooMany(limit: Int)
    case unknown(address: UInt64)
    case divided(address: UInt64)
    case unusable(address: UInt64, SystemError)

    public var description: String {
        switch self {
        case .misaligned(let address, let size):
            "memory region \(hex(address)) of \(size) bytes: address, size and offset must be multiples of 4096"
        case .tooHigh(let address, let size):
            "memory region \(hex(address)) of \(size) bytes: ends above 16 TiB, the most a balloon can name"
        case .beyondFile(let address, let end, let file):
            "memory region \(hex(address)): ends at byte \(end) of a file of \(file) bytes"
        case .readOnly(let address):
            "memory region \(hex(address)): its file is not open for writing, so nothing could be given back"
        case .overlapping(let address):
            "memory region \(hex(address)): overlaps another region"
        case .tooMany(let limit):
            "more than \(limit) memory regions"
        case .unknown(let address):
            "memory region \(hex(address)): not known, so it cannot be removed"
        case .divided(let address):
            "memory region \(hex(address)): only a part of it was to be removed"
        case .unusable(let address, let error):
            "memory region \(hex(address)): its file cannot be used: \(error)"
        }
    }

    private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}
