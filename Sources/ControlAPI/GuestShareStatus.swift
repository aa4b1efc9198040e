/// How one guest stands in the budget. Sizes are bytes.
public struct GuestShareStatus: Codable, Sendable, Equatable {
    public var name: String
    /// Its memory less what it is bound to leave to others, the smaller of its target and what its balloon holds; 0 while no
    /// virtual machine runs.
    public var promised: ByteSize
    /// What the host spends on it, where that counts with a margin since no driver runs.
    public var spent: ByteSize?
    /// The most that it may see for the limit of its VMM's cgroup; `nil`: that allows its memory.
    public var ceiling: ByteSize?
    /// It is never taken below this.
    public var min: ByteSize
    /// The guest's memory.
    public var max: ByteSize
    /// How much its memory is worth beside others'; 1 is usual.
    public var weight: Double
    /// What it gets whenever it needs it.
    public var reservation: ByteSize
    /// The most that an operator wants it to see (`aerostat set`).
    public var cap: ByteSize?
    /// The size under which it suffered lately; 0: unknown.
    public var floor: ByteSize
    /// The price of its memory; the cheapest pays first. `nil`: it pays nothing now.
    public var price: Double?
    /// 0 to 1: how much of what it sees is in use.
    public var active: Double
    /// What it could pay now.
    public var spare: ByteSize
    /// Asked of it, and not yet in its balloon.
    public var due: ByteSize
    /// What it waits for.
    public var wanted: ByteSize
    public var state: BalloonState
    /// Why its target is what it is, in a sentence.
    public var reason: String

    public init(
        name: String, promised: ByteSize, min: ByteSize, max: ByteSize, weight: Double, reservation: ByteSize,
        cap: ByteSize?,
        floor: ByteSize, price: Double?, active: Double, spare: ByteSize, due: ByteSize, wanted: ByteSize,
        state: BalloonState, reason: String, spent: ByteSize? = nil,
        ceiling: ByteSize? = nil
    ) {
        self.name = name
        self.promised = promised
        self.min = min
        self.max = max
        self.weight = weight
        self.reservation = reservation
        self.cap = cap
        self.floor = floor
        self.price = price
        self.active = active
        self.spare = spare
        self.due = due
        self.wanted = wanted
        self.state = state
        self.reason = reason
        self.spent = spent
        self.ceiling = ceiling
    }
}
