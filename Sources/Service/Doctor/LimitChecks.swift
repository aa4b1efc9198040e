internal import ControlAPI
internal import Glibc
internal import HostSignals

/// What the host allows this process.
enum LimitChecks {
    static func findings() -> [Finding] {
        [overcommit(), cgroup(), descriptors()]
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

    private static func descriptors() -> Finding {
        let check = "file descriptors"
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return .warn(check, "the limit cannot be read", help: "see ulimit -n")
        }
        // A guest has a socket, its connection, two descriptors a queue, and memory regions.
        let guests = limit.rlim_cur / 32
        guard limit.rlim_cur >= 1024 else {
            return .warn(
                check, "\(limit.rlim_cur) may be open: enough for \(guests) guests",
                help: "raise ulimit -n to 1024 or more")
        }
        return .ok(check, "\(limit.rlim_cur) may be open: enough for \(guests) guests")
    }
}
