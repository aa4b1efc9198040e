internal import HostMemory
internal import Virtio

/// One virtqueue: its registers, and the running queue while the driver runs.
struct FunctionQueue: ~Copyable {
    /// No interrupt for this cause.
    static let noVector: UInt16 = 0xffff
    static let mostEntries: UInt16 = 128

    /// Entries; the driver may make the ring smaller.
    var size = Self.mostEntries
    /// The MSI-X vector for used chains.
    var vector = Self.noVector
    /// Latched: what describes an enabled queue cannot be changed.
    var isEnabled = false
    var addresses = MappedQueue.Addresses(descriptors: 0, used: 0, available: 0)
    var ring = MappedQueue()

    init() {}

    /// The queue may be served.
    var isActive: Bool { ring.isRunning && ring.problem == nil }

    mutating func setSize(_ value: UInt16) {
        if !isEnabled, value <= Self.mostEntries, SplitRing.isValid(size: value) { size = value }
    }

    mutating func reset() {
        size = Self.mostEntries
        vector = Self.noVector
        isEnabled = false
        addresses = MappedQueue.Addresses(descriptors: 0, used: 0, available: 0)
        ring.deactivate(base: 0)
        ring.problem = nil
    }

    mutating func activate(in table: borrowing MemoryTable, features: UInt64) {
        guard isEnabled else { return }
        ring.activate(
            at: addresses, size: size, in: table, eventIndex: features & VirtioFeatures.eventIndex != 0,
            indirect: features & VirtioFeatures.indirectDescriptors != 0)
    }
}
