internal import Balloon

/// The report of free pages that the device has, if there is one.
struct ReportingState {
    /// Blocks in it; 0: there is none.
    var count = 0
    var blocks = InlineArray<32, PageRun>(repeating: PageRun(start: 0, count: 0))
    /// When the next one is due.
    var due: UInt64 = 0
    /// Pages reported since the target changed: ahead of an inflation.
    var ahead = 0
    /// When it was sent, and whether the device was notified again since.
    var sent: UInt64 = 0
    var wasRepeated = false
}
