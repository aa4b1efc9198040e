/// How one guest is served: `--guest NAME,socket=PATH[,...]` or an entry of the configuration file.
public struct GuestConfiguration: Codable, Sendable, Equatable {
    /// Letters, digits, `-`, `_` and `.`; at most 64.
    public var name: String
    /// Where the VMM connects.
    public var socket: String
    /// The protocol that is spoken there.
    public var door = GuestDoor.vhostUser
    /// The guest's memory; `nil`: as large as what the VMM shares.
    public var max: ByteSize?
    /// Under a budget: the guest is never taken below this.
    public var min: ByteSize = 0
    /// Under a budget: how much its memory is worth beside others'.
    public var weight: Double = 1
    /// Under a budget: what it gets whenever it needs it; `nil`: `min`.
    public var reservation: ByteSize?
    public var deflateOnOOM = false
    public var freePageReporting = false
    public var freePageHint = false
    public var pagePoison = true
    /// Pages are given back by a thread of their own, behind the acknowledgement (MUST_TELL_HOST).
    public var deferredDiscard = true
    /// Pages that the guest takes back are brought in ahead of its first touch.
    public var populateOnDeflate = false
    /// Offer packed rings.
    public var packed = false
    /// Seconds between requests for statistics; 0: only when something needs them.
    public var statisticsIntervalSeconds: Double = 0
    /// Seconds after a driver's start for which its guest is not asked for a size that stood already: its services start.
    public var startGraceSeconds: Double = 20
    /// The size asked for at start.
    public var requested: SizeRequest?

    public init(name: String, socket: String) {
        self.name = name
        self.socket = socket
    }
}
