/// Proxmox VE's algorithm: who gets how much of what the host has left, or has too little.
public enum ProxmoxBalance {
    /// - Parameters:
    ///   - goal: memory to give out, or to take if negative.
    ///   - step: the most that one guest changes by; 100 MiB, where the unit is pages.
    ///   - deadZone: goals up to this are left alone; 10 MiB, where the unit is pages.
    /// - Returns: machine and what it shall see, where that changes.
    public static func targets(
        _ machines: [ProxmoxMachine], goal: Int, step: Int = 100 * 256,
        deadZone: Int = 10 * 256
    ) -> [(Int, Int)] {
        var result = [Int?](repeating: nil, count: machines.count)
        let all = Array(machines.indices)
        let rich = all.filter {
            machines[$0].free > machines[$0].min / 4 && machines[$0].balloon >= machines[$0].min
        }
        if goal > deadZone {
            let isRich = Set(rich)
            let poor = all.filter { !isRich.contains($0) }
            let rest = distribute(goal, poor, machines, step, &result)
            if rest >= goal { _ = distribute(rest, all, machines, step, &result) }
        } else if goal < -deadZone {
            let rest = distribute(goal, rich, machines, step, &result)
            if rest <= goal { _ = distribute(rest, all, machines, step, &result) }
        }
        return all.compactMap { index in result[index].map { (index, $0) } }
    }

    /// Shares out a number of bytes by shares, over what each has above its minimum.
    ///
    /// - Returns: what could not be shared out.
    private static func distribute(
        _ bytes: Int, _ list: [Int], _ machines: [ProxmoxMachine], _ step: Int, _ result: inout [Int?]
    ) -> Int {
        var rest = bytes
        var open = list
        while rest != 0 {
            var progress = 0
            var changes = 0
            let above = open.reduce(rest) { $0 + (result[$1] ?? machines[$1].balloon) - machines[$1].min }
            let shares = open.reduce(0) { $0 + machines[$1].shares }
            var isDone = Set<Int>()
            for index in open {
                let machine = machines[index]
                let fair = machine.min + Int(Double(above) / Double(shares) * Double(machine.shares))
                let want = min(machine.max, max(machine.min, fair))
                let new: Int
                if bytes > 0, want > machine.balloon {
                    new = min(want, machine.balloon + step)
                } else if want < machine.balloon {
                    new = max(want, machine.balloon - step)
                } else {
                    isDone.insert(index)
                    continue
                }
                let old = result[index] ?? machine.balloon
                result[index] = new
                if new != old {
                    changes += new - old
                    progress += abs(new - machine.balloon)
                }
            }
            open.removeAll { isDone.contains($0) }
            rest -= changes
            guard progress > 0 else { break }
        }
        return rest
    }
}
