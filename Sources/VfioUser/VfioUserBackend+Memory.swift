internal import Glibc
internal import HostMemory
internal import Linux

/// What the VMM says of the guest's memory. Addresses of rings are guest-physical here, so a region's "user address" is
/// its guest-physical one.
extension VfioUserBackend {
    mutating func mapMemory(_ message: inout Message) throws(VfioUserError) -> Action {
        try message.checkSize(MessageLayout.mapSize)
        let flags = try message.word32(at: 4)
        let offset = try message.word64(at: 8)
        let address = try message.word64(at: 16)
        let size = try message.word64(at: 24)
        // Memory without a file, such as flash, is not ours; neither is what may not be written.
        guard let descriptor = message.takeDescriptor() else {
            try channel.reply(to: message.origin)
            return .done
        }
        let owned = OwnedDescriptor(owning: descriptor)
        guard flags & 2 != 0 else {
            try channel.reply(to: message.origin)
            return .done
        }
        do throws(MemoryRegionError) {
            let region = try MemoryRegion(
                guestAddress: address, size: size, userAddress: address, fileOffset: offset,
                file: try Self.file(owned, at: address))
            try memory.add(region)
        } catch {
            return try refuse(message.origin, error)
        }
        return try memoryChanged(message.origin)
    }

    mutating func unmapMemory(_ message: borrowing Message) throws(VfioUserError) -> Action {
        try message.checkSize(MessageLayout.unmapSize)
        let flags = try message.word32(at: 4)
        let address = try message.word64(at: 8)
        let size = try message.word64(at: 16)
        let (end, overflow) = address.addingReportingOverflow(size)
        do throws(MemoryRegionError) {
            if flags & MessageLayout.unmapAll != 0 {
                try memory.remove(from: 0, upTo: .max)
            } else {
                try memory.remove(from: address, upTo: overflow ? .max : end)
            }
        } catch {
            return try refuse(message.origin, error)
        }
        return try memoryChanged(message.origin, message.payload)
    }

    private mutating func memoryChanged(
        _ origin: Message.Origin, _ payload: [UInt8] = []
    ) throws(VfioUserError) -> Action {
        // Windows onto what is gone are closed before the answer.
        mapRings()
        isMemoryChanging = true
        try channel.reply(to: origin, payload)
        return .memoryChanging
    }

    private static func file(
        _ descriptor: consuming OwnedDescriptor, at address: UInt64
    ) throws(MemoryRegionError) -> MemoryFile {
        do throws(SystemError) {
            return try MemoryFile(owning: descriptor)
        } catch {
            throw .unusable(address: address, error)
        }
    }

    /// A region that cannot be had is the VMM's mistake, but no reason to take the whole balloon from the guest.
    private func refuse(_ origin: Message.Origin, _ error: MemoryRegionError) throws(VfioUserError) -> Action {
        let errno =
            switch error {
            case .overlapping: EEXIST
            case .tooMany: ENOSPC
            default: EINVAL
            }
        try channel.reply(to: origin, errno: UInt32(errno))
        return .refused(error.description)
    }
}
