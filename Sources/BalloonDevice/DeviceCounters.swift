/// What the device has seen since it was made. Pages are 4096 bytes.
public struct DeviceCounters: Sendable, Equatable {
    /// Requests of all queues that were dealt with.
    public var messages: UInt64 = 0
    /// Pages newly held.
    public var inflatedPages: UInt64 = 0
    /// Pages that were held and are not any more.
    public var deflatedPages: UInt64 = 0
    /// Pages taken below what we asked for (DEFLATE_ON_OOM, or a guest that breaks D7).
    public var unsolicitedPages: UInt64 = 0
    /// Page numbers outside memory, in a hole, or of a ring.
    public var badPages: UInt64 = 0
    /// Zero entries: page 0, or the upper halves of Windows' 8-byte entries. Ignored.
    public var zeroEntries: UInt64 = 0
    /// Pages inflated twice, or deflated though not held.
    public var repeatedPages: UInt64 = 0
    /// Requests whose buffers could not be read.
    public var unreadable: UInt64 = 0
    /// Bytes of free pages that were reported. Wraps around, as does ``hintedBytes``: a guest can claim 4 GiB with each
    /// message.
    public var reportedBytes: UInt64 = 0
    /// Bytes of free pages that were hinted. Wraps around.
    public var hintedBytes: UInt64 = 0
    /// Hints under no command, or another one (spec V8).
    public var ignoredHints: UInt64 = 0
    /// Sets of statistics that arrived and hold something.
    public var statisticsSets: UInt64 = 0

    /// All zeros.
    public init() {}
}
