/// When the host itself is short of memory, and what is done about it.
enum HostFigures {
    /// The host is short of memory below a 25th of its own (ESX's "soft") and well above a 16th.
    static let lowDivisor: Int64 = 25
    static let highDivisor: Int64 = 16
    /// Percent of 10 s in which some tasks, or all of them, wait for memory: felt, and serious.
    static let someStalled = 10.0
    static let fullStalled = 5.0
    /// It is well again below half of that: it takes less to stay in trouble than to come into it.
    static let calmFactor = 0.5
    /// The budget is tightened at most this often: the effect of the last time must show first. By a 64th, or by what the host
    /// lacks.
    static let tightenEvery = TimeSpan.seconds(1)
    static let tightenDivisor: Int64 = 64
    /// And is loosened by a 16th a second after the host was calm for so long.
    static let calmBeforeLoosening = TimeSpan.seconds(10)
    static let loosenDivisor: Int64 = 16
    /// Guests that are asked for their free memory for one signal of the host, and how many are looked at to find one.
    static let reclaimsPerSignal = 4
    static let looksPerReclaim = 16
}
