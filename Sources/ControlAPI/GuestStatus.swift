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
    /// Memory that the VMM promised the guest. `nil` until it is known: not configured and no VMM connected.
    public var max: UInt64?
    /// What the guest may use: `max - held`.
    public var visible: UInt64?
    /// The balloon that the operator asked for, or `nil` if nobody asked for one.
    public var requested: UInt64?
    /// `num_pages`: the balloon that we ask the guest for now. Differs from `requested` in an alarm.
    public var target: UInt64
    /// The guest's `actual` field: a claim.
    public var reported: UInt64
    /// What we counted from the queues, page by page.
    public var held: UInt64
    /// Those of the held bytes that the host has been given: whole pages of the memory file, less what is pending and
    /// what could not be given.
    public var discarded: UInt64
    /// Held bytes that were acknowledged and will be given to the host soon.
    public var pending: UInt64
    /// Memory that the host really spends on the guest, as the memory file's allocated blocks.
    public var hostMemory: UInt64?
    public var balloon: BalloonState
    /// One sentence for people: why the balloon is in this state.
    public var reason: String
    /// Seconds until the balloon is tried again, while `balloon` is `.holdOff` or `.stalled`.
    public var retrySeconds: Double?
    public var features: [FeatureStatus]
    public var statistics: StatisticsStatus
    public var counters: Counters
    /// What is wrong with the set-up, one sentence each: memory not shared, a broken queue, ...
    public var problems: [String]

    public init(
        name: String, socket: String, door: GuestDoor, link: Link, max: UInt64?, visible: UInt64?, requested: UInt64?,
        target: UInt64, reported: UInt64, held: UInt64, discarded: UInt64, pending: UInt64, hostMemory: UInt64?,
        balloon: BalloonState, reason: String,
        retrySeconds: Double?, features: [FeatureStatus], statistics: StatisticsStatus, counters: Counters,
        problems: [String]
    ) {
        self.name = name
        self.socket = socket
        self.door = door
        self.link = link
        self.max = max
        self.visible = visible
        self.requested = requested
        self.target = target
        self.reported = reported
        self.held = held
        self.discarded = discarded
        self.pending = pending
        self.hostMemory = hostMemory
        self.balloon = balloon
        self.reason = reason
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

/// What the balloon of one guest is doing.
public enum BalloonState: String, Codable, Sendable, CaseIterable {
    /// No driver runs; a target is kept for it.
    case idle
    /// Held meets the target.
    case settled
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
    public var inflatedPages: UInt64 = 0
    public var deflatedPages: UInt64 = 0
    /// Pages that the guest took back though nobody asked (DEFLATE_ON_OOM).
    public var unsolicitedPages: UInt64 = 0
    public var reportedFreeBytes: UInt64 = 0
    public var hintedFreeBytes: UInt64 = 0
    public var discardedBytes: UInt64 = 0
    public var discardCalls: UInt64 = 0
    /// Calls that should have given memory back, and failed.
    public var discardFailures: UInt64 = 0
    /// Memory brought in for the guest as it left the balloon (`populate-on-deflate`).
    public var populatedBytes: UInt64 = 0
    /// Page numbers that were refused: outside memory, in a hole, page 0, or of a ring.
    public var badPages: UInt64 = 0
    /// Descriptor chains that were refused (and returned).
    public var badChains: UInt64 = 0
    public var alarms: UInt64 = 0
    public var messages: UInt64 = 0
    public var configInterrupts: UInt64 = 0

    public init() {}
}
