public import Balloon

/// The statistics queue's state: it runs backwards. We hold the driver's buffer; giving it back is the request, and the
/// driver answers with the next one (VIRTIO 1.4 §5.5.6.3).
public struct StatisticsExchange: Sendable {
    /// The newest set, or `nil` if none has arrived.
    public private(set) var latest: BalloonStatistics?
    /// The head of the buffer that we hold.
    public private(set) var heldBuffer: UInt16?
    /// A request was made and is not answered.
    public private(set) var isAwaited = false
    private var hasSeenFirst = false

    /// What arrived.
    public enum Arrival: Equatable, Sendable {
        /// Nothing of use: the first buffer of a driver, whose values may be uninitialised (spec L7), or the first after
        /// a pause, with old values, or one that holds nothing known.
        case first
        /// A set of statistics: ``StatisticsExchange/latest``.
        case statistics
    }

    init() {}

    /// A new buffer of the driver.
    ///
    /// - Returns: what it was, and the older buffer if the driver gave a second one against the rules (spec D16): it is
    ///   to be returned.
    mutating func arrive(head: UInt16, set: BalloonStatistics) -> (arrival: Arrival, surplus: UInt16?) {
        let surplus = heldBuffer
        heldBuffer = head
        isAwaited = false
        let isFirst = !hasSeenFirst
        hasSeenFirst = true
        guard !isFirst, !set.isEmpty else { return (.first, surplus) }
        latest = set
        return (.statistics, surplus)
    }

    /// Takes the held buffer, as the request for statistics; `nil` if there is none.
    mutating func request() -> UInt16? {
        guard let head = heldBuffer else { return nil }
        heldBuffer = nil
        isAwaited = true
        return head
    }

    /// The queue was stopped: the buffer is the driver's again, and will come again as it is.
    mutating func bufferIsGone() {
        if heldBuffer != nil { hasSeenFirst = false }
        heldBuffer = nil
        isAwaited = false
    }

    /// Another driver comes.
    mutating func reset() {
        bufferIsGone()
        latest = nil
        hasSeenFirst = false
    }
}
