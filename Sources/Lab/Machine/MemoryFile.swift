import Foundation

/// The file that backs a guest's memory, seen from outside: how much memory the host really spends on it.
public final class MemoryFile: Sendable {
    private let descriptor: Int32

    /// Finds the file among those that QEMU's process has open.
    init(of pid: pid_t, backend: MemoryBackend) throws(LabError) {
        let names: [String]
        switch backend {
        case .memfd, .hugetlb: names = ["memfd:memory-backend-memfd"]
        case .shm: names = ["qemu-shm", "/shm-", "shm"]
        case .file(let path): names = [path]
        case .anonymous: throw LabError(.missing, "anonymous memory has no file to look at")
        }
        let folder = "/proc/\(pid)/fd"
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for entry in entries.sorted(by: { (Int($0) ?? 0) < (Int($1) ?? 0) }) {
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(entry)"),
                names.contains(where: target.contains)
            else { continue }
            let descriptor = open("\(folder)/\(entry)", O_RDONLY | O_CLOEXEC)
            if descriptor >= 0 {
                self.descriptor = descriptor
                return
            }
        }
        throw LabError(.missing, "QEMU's process \(pid) has no memory file open that looks like \(names[0])")
    }

    deinit { close(descriptor) }

    /// Bytes that the host has allocated.
    public var allocated: UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return 0 }
        return UInt64(status.st_blocks) * 512
    }

    /// Waits until at most `bytes` are allocated; returns the seconds from the call. Looks every half millisecond.
    public func seconds(untilAtMost bytes: UInt64, within limit: Duration) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        while true {
            let now = allocated
            let elapsed = clock.now - start
            if now <= bytes { return elapsed.seconds }
            guard elapsed < limit else {
                throw LabError(
                    .timedOut, "the host still spends \(now >> 20) MiB on the guest after \(limit), not \(bytes >> 20)")
            }
            try await Task.sleep(for: .microseconds(500))
        }
    }
}

extension Duration {
    /// As a floating-point number.
    public var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
