/// A guest as a scenario describes it. Memory in pages of 4 KiB.
public struct GuestSetup: Sendable {
    public var name: String
    /// All the memory it was given.
    public var max: Int
    /// The least that a policy may leave it.
    public var min: Int
    /// Its share where there is not enough for all; 1 is usual.
    public var weight: Double = 1
    /// Used by the kernel, never to be had.
    public var kernel: Int
    /// The share of its programs' time that reading the files takes while all are cached. The lab's reader does nothing
    /// else (1); what is usual is assumed.
    public var reading = 0.02
    /// Swap space.
    public var swap: Int = 0
    public var demand: Demand

    public init(name: String, max: Int, min: Int? = nil, kernel: Int? = nil, demand: Demand = Demand()) {
        self.name = name
        self.max = max
        self.kernel = kernel ?? Self.usualKernel(max)
        self.min = min ?? Swift.min(max, Swift.max(2 * self.kernel, max / 8))
        self.demand = demand
    }

    /// What the kernel and its tables usually have of a guest: 64 MiB, and a 64th.
    static func usualKernel(_ max: Int) -> Int { Swift.min(64 * PageUnit.mebibyte, max / 8) + max / 64 }

    /// The most that programs and their files can have without anybody being killed while the balloon is empty.
    var usable: Int { Swift.max(0, max - kernel - max / 50 - 12 * PageUnit.mebibyte) }
}
