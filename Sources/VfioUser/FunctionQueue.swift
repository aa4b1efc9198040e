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
    /// The ring has been used since the reset, and goes on where it was left.
    private var wasTakenUp = false

    init() {}

    /// The queue may be served.
    var isActive: Bool { ring.isRunning && ring.problem == nil }

    mutating func setSize(_ value: UInt16, features: UInt64) {
        if !isEnabled, value <= Self.mostEntries, RingKind(features: features).isValid(size: value) { size = value }
    }

    mutating func reset() {
        size = Self.mostEntries
        vector = Self.noVector
        isEnabled = false
        addresses = MappedQueue.Addresses(descriptors: 0, used: 0, available: 0)
        ring.deactivate(base: 0)
        wasTakenUp = false
        ring.problem = nil
    }

    mutating func activate(in table: borrowing MemoryTable, features: UInt64) {
        guard isEnabled else { return }
        if !wasTakenUp {
            wasTakenUp = true
            ring.base = RingKind(features: features).freshBase
        }
        ring.activate(at: addresses, size: size, in: table, features: features)
    }

    /// Maps the running ring anew: the memory under it may be another.
    mutating func remap(in table: borrowing MemoryTable, features: UInt64) {
        ring.remap(at: addresses, size: size, in: table)
        activate(in: table, features: features)
    }
}
