internal import Balloon
internal import Virtio

extension BalloonDriver where Transport: ~Copyable, Clock: ~Copyable {
    /// Reports free blocks that changed since they were last reported, when it is time (spec D40, D41). Nobody uses
    /// them until the device has acknowledged (spec D39).
    ///
    /// With PAGE_POISON the system's free pages hold the poison value already (spec D38).
    mutating func report(_ pages: inout some PageSource & ~Copyable, _ now: UInt64) {
        guard negotiated.contains(.pageReporting), reporting.count == 0, now >= reporting.due else { return }
        guard let size = queues[QueueRole.reporting.rawValue]?.size else { return }
        let limit = min(DriverMemory.reportBlocks, size)
        var buffers = InlineArray<32, DescriptorChain.Buffer>(
            repeating: DescriptorChain.Buffer(address: 0, length: 0, isDeviceWritable: true))
        var count = 0
        while count < limit, let block = pages.isolate(atLeast: configuration.blockPages, unreported: true) {
            guard let buffer = DescriptorChain.Buffer(block) else {
                pages.restore(block, wasReported: true)
                continue
            }
            reporting.blocks[count] = block
            buffers[count] = buffer
            count += 1
        }
        guard count > 0 else {
            reporting.due = now &+ configuration.reportingInterval
            return
        }
        reporting.count = count
        reporting.sent = now
        reporting.wasRepeated = false
        do throws(AddFault) {
            try queues[QueueRole.reporting.rawValue]?.add(buffers.span.extracting(first: count), token: 0)
            kick(.reporting)
        } catch {
            finishReport(&pages, wasReported: false)
            reporting.due = now &+ configuration.reportingInterval
        }
    }

    /// Reports free blocks before pages are inflated, as many as are to be: a device that gives back each page of a
    /// message by itself (QEMU's) has then little to do for them, and the host's huge pages are not taken apart.
    ///
    /// - Returns: whether the device has a report now, and inflating waits for it.
    mutating func reportFirst(_ count: Int, _ pages: inout some PageSource & ~Copyable, _ now: UInt64) -> Bool {
        guard negotiated.contains(.pageReporting), count >= configuration.blockPages, reporting.ahead < count else {
            return false
        }
        // A device may not discard what has to keep another value (spec V14).
        guard (pages.poison ?? 0) == 0 else { return false }
        reporting.due = min(reporting.due, now)
        report(&pages, now)
        // Nothing that was not reported before.
        if reporting.count == 0 { reporting.ahead = count }
        return reporting.count > 0
    }

    /// The device is done with the blocks of the report.
    mutating func finishReport(_ pages: inout some PageSource & ~Copyable, wasReported: Bool) {
        for index in 0..<reporting.count {
            pages.restore(reporting.blocks[index], wasReported: wasReported)
            freedPages += Int(clamping: reporting.blocks[index].count)
            if wasReported {
                counters.reportedPages += reporting.blocks[index].count
                reporting.ahead += Int(clamping: reporting.blocks[index].count)
            }
        }
        reporting.count = 0
    }
}
