internal import ControlAPI
internal import Foundation
internal import HostSignals
internal import Linux

/// The VMM at the other end of a socket, as far as /proc shows it: what it has done to its memory that a balloon is up
/// against. A look takes some hundred microseconds.
struct PeerProcess {
    /// The part of a guest's memory that a VMM may lock for itself: what is more is the guest's.
    private static let ownDivisor: UInt64 = 64

    private let pid: CInt

    /// `nil` where the other end is not known.
    init?(of socket: CInt) {
        guard let pid = Socket.peer(of: socket) else { return nil }
        self.pid = pid
    }

    /// What it does now.
    ///
    /// - Parameter memory: bytes of the guest's; who has not mapped them is not the VMM, but only opened the socket for it.
    /// - Returns: `nil` where nothing can be seen, or where it is ourselves.
    func look(withMemory memory: UInt64) -> ProcessLook? {
        guard pid != getpid(), let look = ProcessLook.read(pid), look.addressSpace >= memory else { return nil }
        return look
    }

    /// Why memory of a guest cannot be given now; `nil`: it can, or nobody knows.
    ///
    /// - Parameter memory: bytes that the guest has.
    func whyFixed(_ memory: UInt64) -> String? {
        guard let status = HostFile.text("/proc/\(pid)/status") else { return nil }
        return Self.whyFixed(memory, status: status)
    }

    /// - Parameters:
    ///   - memory: bytes that the guest has.
    ///   - status: a text like /proc/PID/status.
    static func whyFixed(_ memory: UInt64, status: String) -> String? {
        let sizes = sizes(inStatus: status)
        if let pinned = sizes["VmPin"], pinned > 0 {
            return
                "the VMM has pinned \(ByteSize(pinned)) of memory (a device that is passed through?): nothing more is taken, "
                + "for a page that was in the balloon is another one for such a device"
        }
        // VFIO counts what it pins as locked.
        if let locked = sizes["VmLck"], locked > memory / ownDivisor {
            return "the VMM has locked \(ByteSize(locked)) of memory (mem-lock, or a device that is passed through): "
                + "nothing more is taken, for it is there to stay"
        }
        return nil
    }

    /// Bytes of memory that the host spends on it, huge pages too; `nil` where the kernel does not tell.
    var memory: UInt64? {
        guard let text = HostFile.text("/proc/\(pid)/status") else { return nil }
        let status = Self.sizes(inStatus: text)
        return status["VmRSS"].map { $0 + (status["HugetlbPages"] ?? 0) }
    }

    /// Memory that is brought in by this process counts for the VMM: they run in one cgroup.
    var sharesOurCgroup: Bool {
        guard let own = HostFile.text("/proc/self/cgroup") else { return false }
        return HostFile.text("/proc/\(pid)/cgroup") == own
    }

    /// The sizes in a text like /proc/PID/status, in bytes.
    static func sizes(inStatus text: String) -> [String: UInt64] {
        var sizes: [String: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(whereSeparator: { $0 == ":" || $0 == "\t" || $0 == " " })
            guard parts.count == 3, parts[2] == "kB", let count = UInt64(parts[1]), count <= .max >> 10 else {
                continue
            }
            sizes[String(parts[0])] = count << 10
        }
        return sizes
    }

    /// It has a userfaultfd open.
    var handlesPageFaults: Bool {
        let folder = "/proc/\(pid)/fd"
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return entries.contains {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)"))
                == "anon_inode:[userfaultfd]"
        }
    }
}
