/// Guests, what they want over time, and for how long.
public struct Scenario: Sendable {
    public var name: String
    public var guests: [GuestSetup]
    /// What the host lends if nothing else is asked for, in pages of 4 KiB.
    public var budget: Int
    /// Of virtual time.
    public var seconds: Double
    public var tuning = ModelTuning()
    public var hostModel = HostModel()

    public init(name: String, guests: [GuestSetup], budget: Int, seconds: Double) {
        self.name = name
        self.guests = guests
        self.budget = budget
        self.seconds = seconds
        for index in self.guests.indices { self.guests[index].demand.fit(self.guests[index].usable) }
    }

    var ticks: Int { VirtualTime.ticks(seconds: seconds) }
    /// The memory of all guests, in pages.
    public var most: Int { guests.reduce(0) { $0 + $1.max } }
    /// The least that any policy must give, in pages.
    public var least: Int { guests.reduce(0) { $0 + $1.min } }
}
