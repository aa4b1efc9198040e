public import Balloon

/// How a driver is to behave. Times are nanoseconds; pages are 4096 bytes.
public struct DriverConfiguration: Equatable, Sendable {
    /// Which queue number a driver and its device mean (`spec.md`, queue numbers).
    public enum QueueNumbering: Equatable, Sendable {
        /// As Linux counts, unless only the specification's numbers exist.
        case automatic
        /// Only the queues of negotiated features count, as in Linux and QEMU.
        case dense
        /// Queues have the numbers of the specification's list.
        case fixed
    }

    /// Features to accept where they are offered.
    ///
    /// A feature that brings a queue should not be left out if one with a later queue is in: devices that number
    /// queues by what they offer would then mean another queue.
    public var accepts: BalloonFeatures = [
        .mustTellHost, .statistics, .deflateOnOOM, .freePageHint, .pagePoison, .pageReporting,
    ]
    /// Accept EVENT_IDX where it is offered.
    public var usesEventIndex = true
    /// Accept INDIRECT_DESC where it is offered: a report then takes one descriptor.
    public var usesIndirect = true
    /// Accept packed rings where they are offered.
    public var usesPacked = true
    /// How queues are numbered.
    public var numbering = QueueNumbering.automatic

    /// Page numbers in one message, 1 to 1024.
    public var pagesPerMessage = 1024
    /// Messages that may be in flight, 2 to 16; half of them are kept for giving back.
    public var messages = 16
    /// Pages that inflating leaves free.
    public var reserve = 64

    /// Pages that one call of the OOM chain gives back at least. It doubles from call to call while they follow on one
    /// another within ``oomMemory``, up to `largestRelief`.
    public var smallestRelief = 512
    /// The most that ``smallestRelief`` grows to, in pages.
    public var largestRelief = 16384
    /// How long (ns) a call of the OOM chain is remembered; see ``smallestRelief``.
    public var oomMemory: UInt64 = 1_000_000_000
    /// After a call of the OOM chain, inflating goes on only while more pages than this are free, and not before the
    /// device has spoken.
    public var comfort = 4096

    /// Blocks for hinting and reporting have at least so many pages; a power of two.
    public var blockPages = 512
    /// Time (ns) from the start to the first report of free pages, and from one to the next.
    public var reportingInterval: UInt64 = 2_000_000_000

    /// How long (ns) to wait before asking the page source again after it had no pages.
    public var retryInterval: UInt64 = 200_000_000
    /// How long (ns) `actual` may be out of date while a long inflation goes on.
    public var actualInterval: UInt64 = 100_000_000
    /// How long (ns) a message may be unanswered before the device is notified again; after twice that it is given up.
    public var patience: UInt64 = 5_000_000_000
    /// The longest wait (ns) for an answer inside the OOM chain.
    public var oomPatience: UInt64 = 1_000_000_000
    /// The longest wait (ns) for a reset.
    public var resetPatience: UInt64 = 1_000_000_000

    /// The defaults.
    public init() {}

    /// The same with every number in its range.
    var clamped: DriverConfiguration {
        var result = self
        result.pagesPerMessage = min(max(1, pagesPerMessage), 1024)
        result.messages = min(max(2, messages), MessageSlots.limit)
        result.reserve = max(0, reserve)
        result.smallestRelief = max(1, smallestRelief)
        result.largestRelief = max(result.smallestRelief, largestRelief)
        result.blockPages = max(1, blockPages)
        return result
    }
}
