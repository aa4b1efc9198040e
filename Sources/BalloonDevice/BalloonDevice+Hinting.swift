internal import Balloon
public import Virtio

extension BalloonDevice {
    /// Asks the driver which pages are free. The caller tells it by a configuration change.
    ///
    /// - Returns: false where the driver cannot, or is still busy with the last command.
    public mutating func startHinting() -> Bool {
        guard isRunning, negotiated.contains(.freePageHint), let id = hinting.start() else { return false }
        setCommandID(id)
        return true
    }

    /// Ends the command that is out, whether or not the driver has: it may use its pages again. The caller tells it by a
    /// configuration change.
    ///
    /// - Returns: whether there was one.
    public mutating func endHinting() -> Bool {
        guard hinting.giveUp() else { return false }
        setCommandID(FreePageHinting.done)
        return true
    }

    /// A request on the free page queue. The chain is to be returned.
    ///
    /// - Returns: true if the driver has given all hints: the command id is DONE now, to be told by a configuration
    ///   change.
    public mutating func hint(
        _ chain: borrowing DescriptorChain, memory: borrowing some GuestMemory & ~Copyable
    ) -> Bool {
        counters.messages += 1
        guard !chain.buffers.isEmpty else { return false }
        if !chain.buffers[0].isDeviceWritable {
            return receiveCommand(chain, memory: memory)
        }
        var bytes: UInt64 = 0
        for buffer in chain.buffers { bytes += UInt64(buffer.length) }
        // A hint cannot say more than there is memory.
        bytes = min(bytes, layout.pages * PageFrame.size)
        if hinting.receivePages(bytes: bytes) {
            counters.hintedBytes &+= bytes
            seen.insert(.freePageHint)
        } else {
            counters.ignoredHints += 1
        }
        return false
    }

    private mutating func receiveCommand(
        _ chain: borrowing DescriptorChain, memory: borrowing some GuestMemory & ~Copyable
    ) -> Bool {
        var id: UInt32 = 0
        var reader = ChainReader()
        do throws(GuestMemoryError) {
            let filled = try withUnsafeMutableBytes(of: &id) { bytes throws(GuestMemoryError) in
                try reader.read(chain, from: memory, into: bytes)
            }
            guard filled == 4 else {
                counters.ignoredHints += 1
                return false
            }
        } catch {
            counters.unreadable += 1
            return false
        }
        guard hinting.receive(UInt32(littleEndian: id)) else { return false }
        setCommandID(FreePageHinting.done)
        return true
    }
}
