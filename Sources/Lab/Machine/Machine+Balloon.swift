import Foundation
import QMP

/// Hot plugging, and QEMU's own balloon.
extension Machine {
    /// Plugs a balloon into an empty port.
    public func plug(_ balloon: BalloonChoice, port: Int = 0) async throws {
        if case .vhostUser(let socket, _, _, _) = balloon {
            let address: JSON = ["type": "unix", "data": ["path": .string(socket)]]
            let backend: JSON = ["type": "socket", "data": ["addr": address, "server": false]]
            try await qmp.execute("chardev-add", ["id": "balloonchr0", "backend": backend])
        }
        guard let words = balloon.options(device: lab.vhostUserDevice, bus: "port\(port)").last else { return }
        var arguments: [String: JSON] = [:]
        for (index, word) in words.split(separator: ",").enumerated() {
            let parts = word.split(separator: "=", maxSplits: 1)
            if index == 0 { arguments["driver"] = .string(String(word)) }
            guard parts.count == 2 else { continue }
            let value = String(parts[1])
            arguments[String(parts[0])] =
                Int64(value).map { .integer($0) } ?? (value == "on" ? true : value == "off" ? false : .string(value))
        }
        try await qmp.execute("device_add", arguments)
    }

    /// Waits until the guest's driver has taken up the balloon, for instance after ``plug(_:port:)``.
    public func waitForBalloonDriver(within limit: Duration = .seconds(30)) async throws {
        // The guest has no event for this that a shell can wait for: it looks ten times a second.
        let tries = max(1, Int(limit.seconds * 10))
        try await shell(
            "i=0; until ls /sys/bus/virtio/drivers/virtio_balloon/ | grep -q ^virtio; do i=$((i + 1)); "
                + "[ $i -le \(tries) ] || exit 1; sleep 0.1; done", within: limit + .seconds(10))
    }

    /// Unplugs the balloon and waits until the guest has let it go.
    public func unplug(_ balloon: BalloonChoice, within limit: Duration = .seconds(60)) async throws {
        var seen = qmp.eventCount
        try await qmp.execute("device_del", ["id": "balloon0"])
        while true {
            let event = try await qmp.event("DEVICE_DELETED", after: seen, within: limit)
            if event.data["device"]?.text == "balloon0" { break }
            seen = event.number  // its virtio part has gone first
        }
        if case .vhostUser = balloon { try await qmp.execute("chardev-remove", ["id": "balloonchr0"]) }
    }

    /// Sets the target of QEMU's own balloon; does not wait.
    public func setQEMUBalloon(_ bytes: UInt64) async throws {
        try await qmp.execute("balloon", ["value": .integer(Int64(memorySize - bytes))])
    }

    /// What QEMU's own balloon holds, as the guest reports it.
    public func qemuBalloon() async throws -> UInt64 {
        let answer = try await qmp.execute("query-balloon")
        guard let actual = answer["actual"]?.unsigned, actual <= memorySize else {
            throw LabError(.refused, "QEMU answered query-balloon with \(answer)")
        }
        return memorySize - actual
    }
}
