public import Balloon

/// What an operator sets for one guest. Sizes are what the guest *sees*.
public struct GuestLimits: Sendable, Equatable, Codable {
    /// Never taken below this.
    public var min: Pages
    /// The guest's memory.
    public var max: Pages
    /// How much this guest's memory is worth beside another's; 1 unless something is said.
    public var weight: Double
    /// What the guest is to get whenever it needs it: the sum of these never exceeds the budget. What it does not use of
    /// it may be lent above `min`.
    public var reservation: Pages
    /// How long after a driver's start its guest is not asked for a balloon that stood already: its services start. 20 s unless
    /// something is said.
    public var startGrace = StartFigures.grace

    /// - Parameter reservation: `min` unless it is given.
    /// - Throws: ``LimitsError`` if the limits contradict each other.
    public init(min: Pages, max: Pages, weight: Double = 1, reservation: Pages? = nil) throws(LimitsError) {
        self.min = min
        self.max = max
        self.weight = weight
        self.reservation = reservation ?? min
        try check()
    }

    /// More pages than the device can ask for: num_pages has 32 bits (spec, wire facts).
    public static let mostPages = Pages(1 << 32)

    /// They are variables: checked again wherever they are taken in.
    func check() throws(LimitsError) {
        guard max > 0, max <= Self.mostPages else { throw .badMax(max) }
        guard min <= max else { throw .minOverMax(min: min, max: max) }
        guard reservation >= min, reservation <= max else {
            throw .badReservation(reservation, min: min, max: max)
        }
        guard weight >= 0.001, weight <= 1_000_000 else { throw .badWeight(weight) }
    }
}
