/// What the daemon knows of one guest at one moment; the answer to `GET /v1/guests/NAME`.
///
/// All sizes are bytes. Three numbers of the balloon are kept apart (VIRTIO-126): what we ask for (`target`), what the
/// guest says (`reported`), and what we counted from its queues (`held`).
public struct GuestStatus: Codable, Sendable, Equatable {
    public var name: String
    /// The path of the socket on which the VMM connects.
    public var socket: String
    /// The protocol that is spoken there.
    public var door: GuestDoor
    public var link: Link
    /// The guest's memory: what it says that it has of what its VMM shares. `nil` until it is known: not configured and no
    /// VMM connected.
    public var max: ByteSize?
    /// What its VMM shares, where that is not `max`: memory that is not online, or that the guest's kernel leaves alone.
    public var shared: ByteSize?
    /// What the guest may use: `max - held`.
    public var sees: ByteSize?
    /// The balloon that the operator asked for, or `nil` if nobody asked for one.
    public var requested: ByteSize?
    /// `num_pages`: the balloon that we ask the guest for now. Differs from `requested` in an alarm.
    public var target: ByteSize
    /// The guest's `actual` field: a claim.
    public var reported: ByteSize
    /// What we counted from the queues, page by page.
    public var held: ByteSize
    /// Those of the held bytes whose memory the host has now: whole pages of the memory file, less what is pending and
    /// what could not be discarded.
    public var released: ByteSize
    /// Held bytes that were acknowledged and will be discarded soon.
    public var pending: ByteSize
    /// Memory that the host really spends on the guest, as the memory file's allocated blocks.
    public var hostUses: ByteSize?
    public var state: BalloonState
    /// One sentence for people: why the balloon is in this state.
    public var reason: String
    /// What becomes of what was asked for.
    public var pursuit: Pursuit
    /// Seconds until the balloon is tried again, while `state` is `.starting`, `.holdOff` or `.stalled`.
    public var retrySeconds: Double?
    public var features: [FeatureStatus]
    public var statistics: StatisticsStatus
    public var counters: Counters
    /// What is wrong with the set-up, one sentence each: memory not shared, a broken queue, ...
    public var problems: [String]

    public init(
        name: String, socket: String, door: GuestDoor, link: Link, max: ByteSize?, shared: ByteSize? = nil,
        sees: ByteSize?, requested: ByteSize?, target: ByteSize, reported: ByteSize, held: ByteSize, released: ByteSize,
        pending: ByteSize, hostUses: ByteSize?, state: BalloonState, reason: String,
        pursuit: Pursuit = .underWay, retrySeconds: Double?, features: [FeatureStatus], statistics: StatisticsStatus,
        counters: Counters, problems: [String]
    ) {
        self.name = name
        self.socket = socket
        self.door = door
        self.link = link
        self.max = max
        self.shared = shared
        self.sees = sees
        self.requested = requested
        self.target = target
        self.reported = reported
        self.held = held
        self.released = released
        self.pending = pending
        self.hostUses = hostUses
        self.state = state
        self.reason = reason
        self.pursuit = pursuit
        self.retrySeconds = retrySeconds
        self.features = features
        self.statistics = statistics
        self.counters = counters
        self.problems = problems
    }

    /// How far the guest has come.
    public enum Link: String, Codable, Sendable {
        /// No VMM is connected.
        case waiting
        /// A VMM is connected; no driver runs.
        case connected
        /// The guest's driver runs.
        case driverReady = "driver-ready"
    }
}

/// What becomes of what an operator asked for, in the daemon's own word.
public enum Pursuit: String, Codable, Sendable, CaseIterable {
    /// The balloon is what was asked for, as closely as the guest's pages and its driver's messages allow; or nothing was asked
    /// for. Under a budget a size is the most that the guest may see: then it sees no more.
    case reached
    /// The guest is on its way there.
    case underWay = "under-way"
    /// No driver runs yet: it is asked when it comes.
    case waiting
    /// The daemon does not chase it now; the status' reason says why.
    case notPursued = "not-pursued"
}

/// What the balloon of one guest is doing.
public enum BalloonState: String, Codable, Sendable, CaseIterable {
    /// No driver runs; a target is kept for it.
    case idle
    /// Held meets the target.
    case settled
    /// The guest's driver has just started: what was asked for before is asked of it soon.
    case starting
    /// The guest gives pages, towards the target.
    case inflating
    /// The guest takes pages back, as we asked.
    case deflating
    /// `aerostat reclaim`: free memory is pumped to the host.
    case reclaiming
    /// The guest took pages back unasked: it is being given more, until it is well.
    case alarm
    /// The guest is well again; the balloon is left alone for a while.
    case holdOff = "hold-off"
    /// The target cannot be reached now; it is not chased, and tried again later.
    case stalled
    /// The guest's memory is locked or pinned, so nothing more is taken; what was asked for is kept until that is over.
    case fixed
    /// `aerostat hint`: the guest tells which of its memory is free; what was asked for is kept until it has.
    case hinting
    /// Statistics worked and stopped: the guest is taken to be under pressure.
    case notAnswering = "not-answering"
}

/// One feature bit of the device.
public struct FeatureStatus: Codable, Sendable, Equatable {
    /// QEMU's name, such as `deflate-on-oom`.
    public var name: String
    public var offered: Bool
    public var negotiated: Bool
    /// The guest was seen to use it. A negotiated feature is not always implemented.
    public var seen: Bool

    public init(name: String, offered: Bool, negotiated: Bool, seen: Bool) {
        self.name = name
        self.offered = offered
        self.negotiated = negotiated
        self.seen = seen
    }
}

/// What the device has counted since the daemon started.
public struct Counters: Codable, Sendable, Equatable {
    /// What went into the balloon.
    public var inflatedBytes: ByteSize = 0
    /// What left the balloon, asked for or not.
    public var deflatedBytes: ByteSize = 0
    /// What the guest took back though nobody asked (DEFLATE_ON_OOM).
    public var unsolicitedBytes: ByteSize = 0
    /// What the guest reported free (free page reporting).
    public var reportedFreeBytes: ByteSize = 0
    /// What the guest hinted to be free (free page hinting).
    public var hintedFreeBytes: ByteSize = 0
    /// Memory that was given back to the host.
    public var discardedBytes: ByteSize = 0
    /// Calls that gave memory back to the host.
    public var discardCalls: UInt64 = 0
    /// Calls that should have given memory back, and failed.
    public var discardFailures: UInt64 = 0
    /// Memory brought in for the guest as it left the balloon (`populate-on-deflate`).
    public var populatedBytes: ByteSize = 0
    /// Page numbers that were refused: outside memory, in a hole, page 0, or of a ring.
    public var badPages: UInt64 = 0
    /// Descriptor chains that were refused (and returned).
    public var badChains: UInt64 = 0
    /// Values of statistics that cannot have been right, and did not count.
    public var droppedStatistics: UInt64 = 0
    public var alarms: UInt64 = 0
    public var messages: UInt64 = 0
    public var configInterrupts: UInt64 = 0

    public init() {}
}
