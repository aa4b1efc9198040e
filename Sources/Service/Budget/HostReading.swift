internal import Arbiter
internal import Balloon
internal import HostSignals

/// How the host is at one moment.
struct HostReading: Sendable {
    var memory = MemoryInfo(parsing: "")
    var pressure: MemoryPressure?
    /// The cgroup that all guests run in, and what it allows and uses.
    var group: MemoryCgroup?
    var limit: UInt64?
    var used: UInt64?

    static func read(group: MemoryCgroup?) -> HostReading {
        var reading = HostReading()
        reading.memory = .read()
        reading.pressure = .read()
        reading.group = group
        guard let group else { return reading }
        reading.limit = group.limit()
        reading.used = group.current()
        // Whoever waits in the guests' own group waits for the same memory.
        if let file = group.pressureFile, let inner = MemoryPressure.read(file) {
            let outer = reading.pressure ?? inner
            reading.pressure?.some = max(outer.some, inner.some)
            reading.pressure?.full = max(outer.full, inner.full)
            if reading.pressure == nil { reading.pressure = inner }
        }
        return reading
    }

    /// What the machine does not tell, one sentence each.
    var missing: [String] {
        var missing: [String] = []
        if pressure == nil {
            missing.append(
                "the kernel does not tell of memory pressure (\(MemoryPressure.hostFile)): "
                    + "that the host is short is seen by its available memory alone")
        }
        if memory.available == nil { missing.append("the kernel does not tell what memory is available") }
        return missing
    }

    /// For the arbiter: in pages.
    var signals: HostSignals {
        HostSignals(
            total: memory.total.map { Pages(bytes: $0) }, available: memory.available.map { Pages(bytes: $0) },
            someStalled: pressure?.some, fullStalled: pressure?.full, limit: limit.map { Pages(bytes: $0) })
    }
}
