/// Something that happened to a guest; a line of `GET /v1/events`.
public struct Event: Codable, Sendable, Equatable {
    /// Rises by one with each event of a daemon; a gap means that events were lost to a slow reader.
    public var sequence: UInt64
    /// Host time, ISO 8601 with milliseconds.
    public var timestamp: String
    /// The guest's name, or `nil` for an event of the daemon itself.
    public var guest: String?
    public var kind: Kind
    /// One sentence for people.
    public var message: String
    /// The numbers behind the sentence, bytes or counts, by name (`held`, `target`, `pages`, ...).
    public var numbers: [String: UInt64]
    /// The movement of memory that this is about, under a budget.
    public var move: MemoryMove?

    public init(
        sequence: UInt64, timestamp: String, guest: String?, kind: Kind, message: String, numbers: [String: UInt64],
        move: MemoryMove? = nil
    ) {
        self.sequence = sequence
        self.timestamp = timestamp
        self.guest = guest
        self.kind = kind
        self.message = message
        self.numbers = numbers
        self.move = move
    }

    public enum Kind: String, Codable, Sendable, CaseIterable {
        case connected
        case disconnected
        case driverReady = "driver-ready"
        case driverGone = "driver-gone"
        /// The guest was paused or resumed by its VMM; the balloon stays.
        case paused
        case resumed
        /// An operator asked for another size.
        case requested
        /// We told the guest another target.
        case target
        case targetReached = "target-reached"
        /// The guest took pages back unasked, but not for want of memory: its driver is leaving, or gives back in large pieces.
        case tookBack = "took-back"
        case alarm
        case alarmOver = "alarm-over"
        case holdOff = "hold-off"
        case rearmed
        case stalled
        case statisticsLost = "statistics-lost"
        case statisticsBack = "statistics-back"
        case reclaimed
        /// The guest has other memory than before: a DIMM, or what its kernel put to use.
        case memory
        case hinted
        /// Under a budget: a guest without a driver counts with what the host spends on it; and with what it may see again.
        case countsSpent = "counts-spent"
        case countsWhole = "counts-whole"
        /// Under a budget: the cgroup of one guest's VMM has another limit.
        case groupLimit = "group-limit"
        /// Under a budget: a guest begins to take or to be given memory. All of its numbers are told again by ``moved``.
        case moving
        /// Under a budget: memory moved, or would have in mode `watch`: the account of one need.
        case moved
        /// Under a budget: guests took or were started with more than there is, or it was made smaller.
        case overdrawn
        case overdraftOver = "overdraft-over"
        /// Under a budget: a guest needs memory, and nobody can pay.
        case shortage
        case shortageOver = "shortage-over"
        /// The host itself is short of memory, or is no longer.
        case hostPressure = "host-pressure"
        /// The operator chose what becomes of decisions.
        case mode
        /// The operator chose another budget.
        case budget
        /// A guest was taken in, or let go, at run time.
        case added
        case removed
        /// Something is wrong with the set-up or the guest misbehaves.
        case problem
    }
}
