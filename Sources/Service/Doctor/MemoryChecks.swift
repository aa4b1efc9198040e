internal import ControlAPI
internal import Foundation
internal import Glibc
internal import HostSignals
internal import Linux

/// Can memory be shared with a VMM, and be given back?
enum MemoryChecks {
    private static let size: UInt64 = 1 << 20

    static func findings() -> [Finding] {
        [sealed(), punching("memfd", memfd), punching("/dev/shm", shared), hugePages()]
    }

    private static func sealed() -> Finding {
        do {
            let file = try MemoryFile.sealed(name: "aerostat-doctor", size: size)
            guard file.isSealed else {
                return .warn(
                    "memfd", "memory files cannot be sealed: a VMM could truncate memory in use",
                    help: "use a newer kernel")
            }
            return .ok("memfd", "memory files can be made and sealed")
        } catch {
            return .fail(
                "memfd", "\(error): memory files cannot be made",
                help: "use a kernel with memfd_create (CONFIG_MEMFD_CREATE)")
        }
    }

    private static func punching(_ name: String, _ make: () throws -> MemoryFile) -> Finding {
        let check = "discard on \(name)"
        do {
            let file = try make()
            try [UInt8](repeating: 1, count: Int(size)).withUnsafeBytes { try file.write(offset: 0, from: $0) }
            let before = try file.allocatedBytes()
            try file.punchHole(offset: 0, length: size)
            let after = try file.allocatedBytes()
            guard before >= size, after < before else {
                return .fail(
                    check, "punching a hole freed nothing (\(before) bytes before, \(after) after)",
                    help: "use tmpfs of the kernel; a sandbox may emulate it")
            }
            return .ok(check, "memory is given back")
        } catch {
            let sentence = "\(error): memory there cannot be given back"
            if name == "memfd" { return .fail(check, sentence, help: "use a kernel with fallocate on tmpfs") }
            return .warn(check, sentence, help: "use memory-backend-memfd, or mount a tmpfs on /dev/shm")
        }
    }

    private static func memfd() throws -> MemoryFile {
        try MemoryFile.sealed(name: "aerostat-doctor", size: size)
    }

    private static func shared() throws -> MemoryFile {
        let path = "/dev/shm/aerostat-doctor-\(getpid())"
        let descriptor = try OwnedDescriptor(open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600), from: "open")
        unlink(path)
        return try MemoryFile(owning: descriptor)
    }

    private static func hugePages() -> Finding {
        let folder = "/sys/kernel/mm/hugepages"
        let pools = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        let texts = pools.compactMap { pool -> String? in
            guard let total = HostFile.number("\(folder)/\(pool)/nr_hugepages"), total > 0 else { return nil }
            let free = HostFile.number("\(folder)/\(pool)/free_hugepages") ?? 0
            return "\(free) of \(total) pages of \(pool.replacing("hugepages-", with: "")) are free"
        }
        if texts.isEmpty { return .ok("huge pages", "no pool is set up; guests use ordinary pages") }
        return .warn(
            "huge pages", texts.joined(separator: "; "),
            help:
                "a guest on huge pages gives memory back only where a whole huge page is in the balloon; prefer ordinary pages"
        )
    }
}
