public import Balloon

/// The allocator of the system around the driver.
///
/// Called from the thread that calls the driver. Nothing here waits, and nothing calls the driver or the ``OOMChain``:
/// an allocation that fails answers with less.
public protocol PageSource: ~Copyable {
    /// All pages that it can ever give, by page frame number. Constant.
    var frames: PageRun { get }
    /// Pages that are free now.
    var freePages: Int { get }
    /// The word that fills every free page, where the system wants it so; `nil` if free pages hold anything. Constant.
    var poison: UInt32? { get }

    /// Gives the driver up to `pages.count` pages that nobody uses, without asking anyone to free some.
    ///
    /// - Returns: how many.
    mutating func allocate(into pages: inout MutableSpan<UInt32>) -> Int
    /// Takes pages back.
    mutating func free(_ pages: Span<UInt32>)
    /// Writes `value` over all words of the pages, which the driver holds.
    mutating func fill(_ run: PageRun, with value: UInt32)

    /// Takes a block of free pages off the free list.
    ///
    /// - Parameters:
    ///   - minimum: pages that it has at least (spec D41); a power of two.
    ///   - unreported: whether only blocks are wanted that changed since they were last reported.
    mutating func isolate(atLeast minimum: Int, unreported: Bool) -> PageRun?
    /// Puts a block of ``isolate(atLeast:unreported:)`` back.
    mutating func restore(_ block: PageRun, wasReported: Bool)

    /// What the system counts. The driver sends the statistics that the first answer had (spec D23).
    func statistics() -> BalloonStatistics
}
