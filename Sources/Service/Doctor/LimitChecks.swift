internal import ControlAPI
internal import HostSignals
internal import Linux

/// What the host allows this process.
enum LimitChecks {
    /// - Parameter guests: how many shall be served; `nil`: not known.
    static func findings(guests: Int?) -> [Finding] {
        [overcommit(), cgroup(), descriptors(guests)]
    }

    private static func overcommit() -> Finding {
        let check = "overcommit"
        let help = "set vm.overcommit_memory to 0 or 1"
        switch HostFile.number("/proc/sys/vm/overcommit_memory") {
        case 0: return .ok(check, "vm.overcommit_memory is 0: guests may be promised more than there is, within reason")
        case 1: return .ok(check, "vm.overcommit_memory is 1: guests may be promised any amount")
        case 2:
            return .warn(
                check,
                "vm.overcommit_memory is 2: shared memory is charged in full when a guest starts, whatever its balloon",
                help: help)
        default: return .warn(check, "vm.overcommit_memory cannot be read", help: help)
        }
    }

    /// The least limit on the way from this process's memory cgroup to the root.
    private static func cgroup() -> Finding {
        let check = "memory cgroup"
        let limit = MemoryCgroup.limit(of: HostFile.text("/proc/self/cgroup") ?? "") { HostFile.number($0) }
        guard let limit else { return .ok(check, "this process has no limit") }
        let size = ByteSize(limit).description
        guard limit < 64 << 20 else { return .ok(check, "this process may use \(size)") }
        return .warn(
            check, "this process may use \(size) only", help: "allow the daemon 64M, and a little for each guest")
    }

    private static func descriptors(_ guests: Int?) -> Finding {
        let check = "file descriptors"
        guard let limit = try? DescriptorLimit.current().most else {
            return .warn(check, "the limit cannot be read", help: "see ulimit -Hn")
        }
        return descriptors(guests, limit: limit)
    }

    /// - Parameter limit: the hard one, to which the daemon raises its own.
    static func descriptors(_ guests: Int?, limit: UInt64) -> Finding {
        let check = "file descriptors"
        if let guests, let shortage = DescriptorNeed(guests: guests).shortage(of: limit) {
            return .fail(check, shortage, help: DescriptorNeed.help)
        }
        let enough = DescriptorNeed.guests(within: limit)
        let text = "\(limit) may be open: enough for \(enough) guests"
        guard guests != nil || enough >= 16 else { return .warn(check, text, help: DescriptorNeed.help) }
        return .ok(check, text)
    }
}
