import Testing

@testable import Simulation

/// Proxmox's own test vectors: two machines of 2 GB, minimum 1 GB, shares 2000 and 1000. A megabyte is a unit here.
struct ProxmoxTests {
    private static let machines = [
        ProxmoxMachine(max: 2000, min: 1000, shares: 2000, balloon: 1000, free: 0),
        ProxmoxMachine(max: 2000, min: 1000, shares: 1000, balloon: 1000, free: 0),
    ]

    private func round(_ machines: [ProxmoxMachine], _ goal: Int) -> [Int] {
        var result = machines.map(\.balloon)
        for (index, target) in ProxmoxBalance.targets(machines, goal: goal, step: 100, deadZone: 10) {
            result[index] = target
        }
        return result
    }

    @Test(arguments: [(90, [1060, 1030]), (150, [1100, 1050]), (270, [1100, 1090])])
    func `one round gives by shares, and at most 100`(goal: Int, expected: [Int]) {
        #expect(round(Self.machines, goal) == expected)
    }

    @Test(arguments: [(600, [1300, 1300]), (900, [1600, 1300])])
    func `rounds go on until all is given`(goal: Int, expected: [Int]) {
        var machines = Self.machines
        var rest = goal
        for _ in 0..<50 {
            let result = round(machines, rest)
            for index in machines.indices {
                let more = result[index] - machines[index].balloon
                machines[index].balloon += more
                // What was given is not used yet.
                machines[index].free += more
                rest -= more
            }
        }
        #expect(machines.map(\.balloon) == expected)
        #expect(rest == 0)
    }

    @Test func `a host that is short takes from machines with free memory first`() {
        var machines = Self.machines
        machines[0].balloon = 1500
        machines[1].balloon = 1500
        machines[1].free = 600
        #expect(round(machines, -80) == [1500, 1420])
    }

    @Test func `small goals are left alone`() {
        #expect(round(Self.machines, 10) == [1000, 1000])
        #expect(round(Self.machines, -10) == [1000, 1000])
    }
}
