/// Who steers the balloons of a ``BalanceRun``.
public enum BalancePolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nobody: each guest has all its memory. What the others are measured against.
    case allPresent = "all-present"
    /// Our daemon with a budget.
    case aerostat
    /// QEMU's devices, each guest with its share of the budget for ever.
    case staticSplit = "static-split"
    /// QEMU's devices, and Proxmox VE's algorithm on their statistics every 10 s.
    case proxmox
    /// QEMU's devices with deflate-on-oom=on, begun with a static split, and nobody to balance.
    case deflateOnOOM = "deflate-on-oom"

    /// A name for tables.
    public var name: String {
        switch self {
        case .allPresent: "all memory present"
        case .aerostat: "Aerostat"
        case .staticSplit: "static split"
        case .proxmox: "Proxmox's algorithm"
        case .deflateOnOOM: "deflate-on-oom alone"
        }
    }
}
