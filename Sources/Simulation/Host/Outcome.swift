/// How the guests of one run fared.
public struct Outcome: Sendable, Equatable {
    /// Programs that the guests' kernels killed.
    public var kills = 0
    /// Guests that the host's kernel killed, since together they used more than the host has.
    public var hostKills = 0
    /// Guest-seconds lost, compared with a run with all memory present: a second at half speed is half a second.
    public var suffered = 0.0
    public var bursts = 0
    /// The time of the slowest burst until it had its memory, in terms of the time it takes with all memory present; 1
    /// if there was none.
    public var slowestBurst = 1.0
    /// Pages that went into balloons or came out of them.
    public var moved = 0
    /// Pages that guests took unasked.
    public var unsolicited = 0
    /// The most that guests could see beyond the budget, in pages, and for how long (s) any.
    public var overdrawn = 0
    public var overdrawnTime = 0.0
    /// Virtual seconds.
    public var time = 0.0
    public var guests = 0
    /// Of reads of files, for comparing with what was measured.
    public var reads = 0.0
}
