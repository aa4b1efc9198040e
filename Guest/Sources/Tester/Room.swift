internal import Balloon

/// Who has which part of the machine's memory.
struct Room {
    let pages: PageRun
    let bulk: PageRun
    let rings: PageRun
    let heap: PageRun
    /// Behind memory.
    let end: UInt64

    /// `nil` if there is too little.
    init?(_ memory: PageRun) {
        // Pages for the balloon begin where a huge page does.
        let first = (memory.start + 511) / 512 * 512
        pages = PageRun(start: first, count: 1536)
        bulk = PageRun(start: first + 1536, count: 256)
        rings = PageRun(start: first + 2048, count: 512)
        heap = PageRun(start: first + 2560, count: 2048)
        end = memory.end
        // Checks give the last page away too.
        guard heap.end + 16 <= memory.end else { return nil }
    }
}
