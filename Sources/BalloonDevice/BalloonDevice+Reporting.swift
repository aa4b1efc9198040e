internal import Balloon
public import Virtio

/// How far a report has come.
public struct ReportCursor: Equatable, Sendable {
    /// The next buffer of the chain.
    var buffer = 0
    /// Pages of that buffer that are dealt with.
    var pages: UInt64 = 0

    /// The start of a report.
    public init() {}
}

extension BalloonDevice {
    /// Pages of a report that are handled in one step, 16 MiB: punching them takes 2 or 3 ms, and a single buffer may
    /// have 4 GiB.
    static let reportedPagesPerStep: UInt64 = 4096

    /// The driver reports free pages: the host may have them until the report is acknowledged (spec V13).
    ///
    /// With a poison value other than zero nothing is discarded, since the pages would read as zeros (spec V14).
    ///
    /// - Parameters:
    ///   - chain: a request on the reporting queue.
    ///   - cursor: a fresh one for each chain, kept by the caller between the steps of one.
    ///   - sink: is told of each run that the host may have.
    /// - Returns: whether the report is done and the chain is to be returned.
    public mutating func report(
        _ chain: borrowing DescriptorChain, at cursor: inout ReportCursor, sink: inout some DiscardSink & ~Copyable
    ) -> Bool {
        var budget = Self.reportedPagesPerStep
        while budget > 0, cursor.buffer < chain.buffers.count {
            guard let whole = PageRun(inside: chain.buffers[cursor.buffer]) else {
                budget -= 1
                cursor.buffer += 1
                continue
            }
            let run = PageRun(start: whole.start + cursor.pages, count: min(whole.count - cursor.pages, budget))
            counters.badPages += layout.clip(run) { part, _ in
                counters.reportedBytes &+= part.count * PageFrame.size
                if discardKeepsPoison { sink.discard(part) }
            }
            budget -= run.count
            cursor.pages += run.count
            if cursor.pages == whole.count {
                cursor.buffer += 1
                cursor.pages = 0
            }
        }
        guard cursor.buffer == chain.buffers.count else { return false }
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
