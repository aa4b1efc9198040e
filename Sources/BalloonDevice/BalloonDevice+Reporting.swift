internal import Balloon
public import Virtio

extension BalloonDevice {
    /// Buffers of a report that are handled in one step.
    public static let reportsPerStep = 32

    /// The driver reports free pages: the host may have them until the report is acknowledged (spec V13).
    ///
    /// With a poison value other than zero nothing is discarded, since the pages would read as zeros (spec V14).
    ///
    /// - Parameter index: the next buffer of the chain; 0 at first. Kept by the caller between steps.
    /// - Returns: whether the report is done and the chain is to be returned.
    public mutating func report(
        _ chain: borrowing DescriptorChain, next index: inout Int, sink: inout some DiscardSink & ~Copyable
    ) -> Bool {
        let end = min(index + Self.reportsPerStep, chain.buffers.count)
        while index < end {
            let buffer = chain.buffers[index]
            index += 1
            guard let run = PageRun(inside: buffer) else { continue }
            counters.badPages += layout.clip(run) { part in
                counters.reportedBytes &+= part.count * PageFrame.size
                if discardKeepsPoison { sink.discard(part) }
            }
        }
        guard index == chain.buffers.count else { return false }
        seen.insert(.pageReporting)
        counters.messages += 1
        return true
    }
}

extension PageRun {
    /// The whole pages that lie in a buffer, if there are any below page 2^32.
    init?(inside buffer: DescriptorChain.Buffer) {
        let (rounded, overflow) = buffer.address.addingReportingOverflow(PageFrame.size - 1)
        guard !overflow else { return nil }
        let start = rounded >> PageFrame.shift
        let (last, wrapped) = buffer.address.addingReportingOverflow(UInt64(buffer.length))
        guard !wrapped else { return nil }
        let end = last >> PageFrame.shift
        guard start < end, end <= 1 << 32 else { return nil }
        self.init(start: start, count: end - start)
    }
}
