import QMP
import Simulation

/// Steers QEMU's own balloons as people do today: from outside, through QMP.
struct QEMUSteering: Sendable {
    private static let path = JSON.string("/machine/peripheral/balloon0")

    let policy: BalancePolicy
    let budget: UInt64
    let machines: [Machine]

    /// Gives every guest its share, and waits until it is there.
    func split() async throws {
        let share = budget / UInt64(machines.count)
        for machine in machines {
            if policy == .proxmox {
                try await machine.qmp.execute(
                    "qom-set", ["path": Self.path, "property": "guest-stats-polling-interval", "value": .integer(2)])
            }
            let wanted = machine.memorySize - min(machine.memorySize, share)
            try await machine.setQEMUBalloon(wanted)
            let clock = ContinuousClock()
            let deadline = clock.now + .seconds(60)
            while try await machine.qemuBalloon() < wanted, clock.now < deadline {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Steers until the task is cancelled.
    func steer() async throws {
        guard policy == .proxmox else { return }
        while true {
            try await Task.sleep(for: .seconds(10))
            try await balance()
        }
    }

    /// One round of Proxmox's algorithm. Its 80 % of the host are taken to be the budget.
    private func balance() async throws {
        var guests: [ProxmoxMachine] = []
        var sum = 0
        for machine in machines {
            let visible = Int(machine.memorySize - (try await machine.qemuBalloon()))
            let free = try await freeMemory(of: machine)
            sum += visible
            guests.append(
                ProxmoxMachine(
                    max: Int(machine.memorySize), min: 256 << 20, shares: 1000, balloon: visible, free: free))
        }
        let targets = ProxmoxBalance.targets(guests, goal: Int(budget) - sum, step: 100 << 20, deadZone: 10 << 20)
        for (index, visible) in targets {
            try await machines[index].setQEMUBalloon(machines[index].memorySize - UInt64(max(0, visible)))
        }
    }

    private func freeMemory(of machine: Machine) async throws -> Int {
        let answer = try await machine.qmp.execute("qom-get", ["path": Self.path, "property": "guest-stats"])
        let bytes = answer["stats"]?["stat-free-memory"]?.unsigned ?? 0
        return bytes > machine.memorySize ? 0 : Int(bytes)
    }
}
