/// A virtual machine as Proxmox's algorithm sees it; all in one unit, bytes or pages.
public struct ProxmoxMachine: Sendable, Equatable {
    public var max: Int
    public var min: Int
    public var shares: Int
    /// What the guest sees now.
    public var balloon: Int
    /// Free memory in the guest.
    public var free: Int

    public init(max: Int, min: Int, shares: Int, balloon: Int, free: Int) {
        self.max = max
        self.min = min
        self.shares = shares
        self.balloon = balloon
        self.free = free
    }
}
