/// How one guest stands in the budget. Sizes are bytes.
public struct GuestShareStatus: Codable, Sendable, Equatable {
    public var name: String
    /// What it may see: its memory less what it is bound to leave to others; 0 while no virtual machine runs.
    public var visible: UInt64
    public var min: UInt64
    public var max: UInt64
    public var weight: Double
    public var reservation: UInt64
    /// The most that an operator wants it to see (`aerostat set`).
    public var cap: UInt64?
    /// The size under which it suffered lately; 0: unknown.
    public var floor: UInt64
    /// The price of its memory; the cheapest pays first. `nil`: it pays nothing now.
    public var price: Double?
    /// 0 to 1: how much of what it sees is in use.
    public var active: Double
    /// What it could pay now.
    public var spare: UInt64
    /// Asked of it, and not yet in its balloon.
    public var due: UInt64
    /// What it waits for.
    public var wanted: UInt64
    public var state: BalloonState
    /// Why its target is what it is, in a sentence.
    public var reason: String

    public init(
        name: String, visible: UInt64, min: UInt64, max: UInt64, weight: Double, reservation: UInt64, cap: UInt64?,
        floor: UInt64, price: Double?, active: Double, spare: UInt64, due: UInt64, wanted: UInt64,
        state: BalloonState, reason: String
    ) {
        self.name = name
        self.visible = visible
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
    }
}
