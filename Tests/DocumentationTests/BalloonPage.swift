import Testing

// page
import Balloon

/// The ranges of guest-physical addresses that a message of page frame numbers names, joined where they are neighbours.
func ranges(of pages: [UInt32]) -> [Range<UInt64>] {
    var numbers = pages
    var ranges: [Range<UInt64>] = []
    numbers.withUnsafeMutableBufferPointer { numbers in
        PageRun.forEach(sorting: numbers) { run in
            ranges.append(run.start << PageFrame.shift..<run.end << PageFrame.shift)
        }
    }
    return ranges
}

/// The free memory (bytes) that a guest tells in a buffer of its statistics queue.
func freeMemory(in buffer: [UInt8]) -> UInt64? {
    var statistics = BalloonStatistics()
    buffer.withUnsafeBytes { statistics.decode($0) }
    return statistics[.freeMemory]
}

/// What queue number 3 is for, where the driver set up queues 0 to 3: Linux counts only those whose features it accepted.
func fourthQueue(accepted: BalloonFeatures) -> QueueRole? {
    QueueAssignment(negotiated: accepted, configured: 0b1111).role(of: 3)
}
// end of page

@Suite struct BalloonPage {
    @Test func pagesAreJoined() {
        #expect(ranges(of: [7, 6, 9, 5]) == [0x5000..<0x8000, 0x9000..<0xa000])
    }

    @Test func statisticsAreDecoded() {
        #expect(freeMemory(in: [4, 0, 0, 0x10, 0, 0, 0, 0, 0, 0]) == 4096)
        #expect(freeMemory(in: []) == nil)
    }

    @Test func queuesAreCountedAsLinuxDoes() {
        #expect(fourthQueue(accepted: [.statistics, .pageReporting]) == .reporting)
    }
}
