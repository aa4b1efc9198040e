/// A virtual machine as Proxmox's algorithm sees it; all in one unit, bytes or pages.
struct ProxmoxMachine: Sendable, Equatable {
    var max: Int
    var min: Int
    var shares: Int
    /// What the guest sees now.
    var balloon: Int
    /// Free memory in the guest.
    var free: Int
}
