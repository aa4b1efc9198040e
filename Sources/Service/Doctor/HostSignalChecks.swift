internal import HostSignals
internal import Linux

/// What the host tells of its own memory, for a budget.
enum HostSignalChecks {
    static func findings() -> [Finding] {
        [pressure(), cgroup()]
    }

    private static func pressure() -> Finding {
        let check = "memory pressure"
        guard MemoryPressure.read() != nil else {
            return .warn(
                check,
                "\(MemoryPressure.hostFile) cannot be read: a budget sees the host's shortage by MemAvailable alone",
                help: "boot with psi=1, on a kernel with CONFIG_PSI")
        }
        do throws(SystemError) {
            _ = try PressureTrigger(.some)
            return .ok(check, "the kernel tells when tasks wait for memory")
        } catch {
            return .warn(
                check, "\(error): the kernel does not let us wait for it, so a budget looks every 5 s",
                help: "use Linux 6.5 or newer, or run with CAP_SYS_RESOURCE")
        }
    }

    private static func cgroup() -> Finding {
        let check = "cgroup version"
        guard let group = HostFile.text("/proc/self/cgroup").flatMap({ MemoryCgroup(of: $0) }) else {
            return .ok(check, "there are no memory cgroups; a budget counts with the host's memory alone")
        }
        guard group.pressureFile != nil else {
            return .warn(
                check, "memory is limited by cgroups of version 1: limits are seen, the groups' own pressure is not",
                help: "use cgroups of version 2 (systemd.unified_cgroup_hierarchy=1)")
        }
        return .ok(check, "version 2: the limit of the group that all guests run in is seen")
    }
}
