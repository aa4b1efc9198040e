import Foundation
import QMP

/// Memory that comes while the guest runs.
extension Machine {
    /// Plugs in a DIMM; whether its memory goes online by itself is up to the guest (`memhp_default_state`). The machine needs
    /// a free slot and a `maxmem` that allows for it (``MachineConfiguration/extraOptions``).
    public func plugDIMM(megabytes: Int) async throws {
        try await qmp.execute(
            "object-add",
            [
                "qom-type": "memory-backend-memfd", "id": "more", "size": .integer(Int64(megabytes) << 20),
                "share": true,
            ])
        try await qmp.execute("device_add", ["driver": "pc-dimm", "id": "dimm", "memdev": "more"])
    }

    /// Brings all memory of the guest online that is not.
    public func bringMemoryOnline() async throws {
        try await shell(
            "for state in /sys/devices/system/memory/memory*/state; do "
                + "grep -q offline $state && echo online > $state; done; ! grep -q offline $state")
    }

    /// Asks a virtio-mem device for another size, and waits until the guest has it.
    public func resize(virtioMemory id: String, megabytes: Int, within limit: Duration = .seconds(30)) async throws {
        let (seen, bytes) = (qmp.eventCount, Int64(megabytes) << 20)
        let path: JSON = .string("/machine/peripheral/\(id)")
        try await qmp.execute("qom-set", ["path": path, "property": "requested-size", "value": .integer(bytes)])
        var last = seen
        while true {
            let event = try await qmp.event("MEMORY_DEVICE_SIZE_CHANGE", after: last, within: limit)
            if event.data["size"] == .integer(bytes) { return }
            last = event.number
        }
    }
}
