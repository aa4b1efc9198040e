internal import HostMemory
internal import Linux

extension VhostUserBackend {
    /// Takes over what the VMM says of the guest's memory. On an error the old table stays.
    mutating func changeMemory(_ request: Request, _ message: inout Message) throws(VhostUserError) {
        switch request {
        case .setMemoryTable:
            var table = MemoryTable()
            for index in 0..<(try regionCount(message)) {
                try Self.add(try region(at: 8 + index * MessageLayout.regionSize, request, &message), to: &table)
            }
            memory = table
        case .addMemoryRegion:
            try checkSize(message, request, 8 + MessageLayout.regionSize)
            let added = try region(at: 8, request, &message)
            try Self.add(added, to: &memory)
        default:
            try checkSize(message, request, 8 + MessageLayout.regionSize)
            guard let guest = message.word64(at: 8), let size = message.word64(at: 16),
                let user = message.word64(at: 24)
            else { throw .badPayload(request, bytes: message.payload.count) }
            do throws(MemoryRegionError) {
                try memory.remove(guestAddress: guest, size: size, userAddress: user)
            } catch {
                throw .memory(error)
            }
        }
    }

    private static func add(_ region: MemoryRegion, to table: inout MemoryTable) throws(VhostUserError) {
        do throws(MemoryRegionError) {
            try table.add(region)
        } catch {
            throw .memory(error)
        }
    }

    private func regionCount(_ message: borrowing Message) throws(VhostUserError) -> Int {
        guard let count = message.word32(at: 0), count <= MessageLayout.mostRegionsPerMessage,
            message.payload.count == 8 + Int(count) * MessageLayout.regionSize
        else { throw .badPayload(.setMemoryTable, bytes: message.payload.count) }
        guard message.descriptorCount == Int(count) else { throw .missingDescriptors(.setMemoryTable) }
        return Int(count)
    }

    private func checkSize(
        _ message: borrowing Message, _ request: Request, _ size: Int
    ) throws(VhostUserError) {
        guard message.payload.count == size else { throw .badPayload(request, bytes: message.payload.count) }
    }

    private func region(
        at offset: Int, _ request: Request, _ message: inout Message
    ) throws(VhostUserError) -> MemoryRegion {
        guard let guest = message.word64(at: offset), let size = message.word64(at: offset + 8),
            let user = message.word64(at: offset + 16), let fileOffset = message.word64(at: offset + 24)
        else { throw .badPayload(request, bytes: message.payload.count) }
        guard let descriptor = message.takeDescriptor() else { throw .missingDescriptors(request) }
        let file: MemoryFile
        do throws(SystemError) {
            file = try MemoryFile(owning: OwnedDescriptor(owning: descriptor))
        } catch {
            throw .system(error)
        }
        do throws(MemoryRegionError) {
            return try MemoryRegion(
                guestAddress: guest, size: size, userAddress: user, fileOffset: fileOffset, file: file)
        } catch {
            throw .memory(error)
        }
    }
}
