import Balloon
import CLab
import Foundation
import HostMemory
import Linux

/// Our discard of given runs against a bare loop of the same holes in C.
public struct DiscardBench: Sendable {
    public struct Outcome: Sendable, Codable {
        /// Pages of a run; the next run begins as many pages behind it.
        public var pagesPerRun: UInt64
        /// Milliseconds of each turn.
        public var ours: [Double]
        public var bare: [Double]
        /// The same pages by way of the pending set, which joins the runs that it can.
        public var pending: [Double]
    }

    public var turns = 9
    public var megabytes: UInt64 = 128

    public init() {}

    public func run(pagesPerRun: UInt64) throws -> Outcome {
        let file = try Linux.MemoryFile.sealed(name: "bench", size: megabytes << 20)
        var table = MemoryTable()
        try table.add(
            MemoryRegion(guestAddress: 0, size: megabytes << 20, userAddress: 0, fileOffset: 0, file: file))
        guard let set = PendingPages(table) else { throw LabError(.system, "no memory") }
        let runs = stride(from: 0, to: megabytes << 8, by: Int(pagesPerRun * 2)).map {
            PageRun(start: UInt64($0), count: pagesPerRun)
        }
        let ranges = runs.map { clab_range(offset: Int64($0.start << 12), length: Int64($0.count << 12)) }
        var outcome = Outcome(pagesPerRun: pagesPerRun, ours: [], bare: [], pending: [])
        for _ in 0..<turns {
            try file.populate(offset: 0, length: file.size)
            let bare = clab_punch(file.descriptor.raw, ranges, ranges.count)
            guard bare >= 0 else { throw LabError(.system, "fallocate: error \(-bare)") }
            outcome.bare.append(Double(bare) / 1e6)

            try file.populate(offset: 0, length: file.size)
            var discarder = Discarder()
            var start = MonotonicClock.now()
            for run in runs { discarder.discard(run, in: table) }
            outcome.ours.append(Double(MonotonicClock.now() - start) / 1e6)
            guard discarder.failures == 0, discarder.calls == runs.count else {
                throw LabError(.refused, "\(discarder.failures) holes failed")
            }

            try file.populate(offset: 0, length: file.size)
            start = MonotonicClock.now()
            for run in runs {
                while !set.insert(run) { _ = set.flushOnePiece() }
            }
            while set.flushOnePiece() {}
            outcome.pending.append(Double(MonotonicClock.now() - start) / 1e6)
        }
        return outcome
    }

    /// Deflates what is pending.
    ///
    /// - Returns: system calls that were made for the pages: holes, and memory brought in.
    public func callsOfPendingDeflation() throws -> UInt64 {
        let file = try Linux.MemoryFile.sealed(name: "bench", size: megabytes << 20)
        var table = MemoryTable()
        try table.add(
            MemoryRegion(guestAddress: 0, size: megabytes << 20, userAddress: 0, fileOffset: 0, file: file))
        guard let set = PendingPages(table) else { throw LabError(.system, "no memory") }
        for message in 0..<64 as Range<UInt64> {
            guard set.insert(PageRun(start: message * 256, count: 256)) else {
                throw LabError(.refused, "too much is pending")
            }
        }
        for message in 0..<64 as Range<UInt64> {
            set.takeBack(PageRun(start: message * 256, count: 256), populating: true)
        }
        // The discarder must find nothing to do.
        while set.flushOnePiece() {}
        return set.counters.calls + set.counters.populatedBytes >> 12
    }
}
