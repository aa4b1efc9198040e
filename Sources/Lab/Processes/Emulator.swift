import Foundation
import QMP

/// A process of QEMU, with our end of its serial line and of its QMP. It ends with ``end()``, with the object, and with
/// this program, whatever comes first.
final class Emulator: Sendable {
    let qmp: QMPConnection
    let process: Child
    /// For sockets and logs; removed at the end.
    let folder: URL
    /// Our end of the serial line, which is QEMU's descriptor 3; whoever reads it closes it.
    let serial: Int32

    /// - Parameter commandLine: QEMU's, which may name files in a folder; QMP is descriptor 4.
    init(in lab: LabEnvironment, _ commandLine: (_ folder: URL) -> [String]) throws {
        let folder = try lab.temporaryFolder()
        self.folder = folder
        Children.shared.add(folder: folder)
        let serialEnds = try Self.socketPair()
        let qmpEnds = try Self.socketPair()
        serial = serialEnds.ours
        qmp = QMPConnection(descriptor: qmpEnds.ours)
        process = try Child(
            name: "QEMU", commandLine(folder), log: folder.appending(path: "qemu"),
            descriptors: [serialEnds.theirs, qmpEnds.theirs])
    }

    deinit {
        process.signal(SIGKILL)
        qmp.close()
        Children.shared.remove(folder: folder)
    }

    /// Ends QEMU: asks first, then kills.
    func end() async {
        if process.isRunning { _ = try? await qmp.execute("quit", within: .seconds(2)) }
        if (try? await process.exited(within: .seconds(3))) == nil {
            process.signal(SIGKILL)
            _ = try? await process.exited(within: .seconds(10))
        }
        Children.shared.remove(folder: folder)
    }

    private static func socketPair() throws -> (ours: Int32, theirs: Int32) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw LabError(.system, "cannot make a socket pair: \(systemError())")
        }
        return (ends[0], ends[1])
    }
}
