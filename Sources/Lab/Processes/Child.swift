public import Foundation
import QMP
import Synchronization

/// A process that we started and that never outlives us.
public final class Child: Sendable {
    /// How a process ended.
    public enum Exit: Sendable, Equatable, CustomStringConvertible {
        case code(Int32)
        case signal(Int32)

        public var description: String {
            switch self {
            case .code(let code): "exited with \(code)"
            case .signal(let signal): "was ended by signal \(signal)"
            }
        }
    }

    public let pid: pid_t
    /// What it wrote to standard output and error.
    public let log: URL
    private let name: String
    private let exit = Promise<Exit>()
    private let running = Mutex(true)

    /// Starts `arguments[0]`; `descriptors` become 3, 4, ... in it and are closed here.
    init(name: String, _ arguments: [String], log: URL, descriptors: [Int32] = []) throws {
        defer { for descriptor in descriptors { close(descriptor) } }
        let output = open(log.path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw LabError(.system, "cannot write \(log.path): \(systemError())") }
        defer { close(output) }
        self.name = name
        self.log = log
        pid = try Spawner.shared.spawn(arguments, output: output, descriptors: descriptors)
        Children.shared.add(self)
        let thread = Thread { [self] in
            // Look first, then reap while nobody sends signals: the number of a reaped process may go to another one.
            var information = siginfo_t()
            while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            let exit = running.withLock { running in
                running = false
                return Self.reap(pid)
            }
            Children.shared.remove(self)
            self.exit.succeed(exit)
        }
        thread.name = "wait for \(name)"
        thread.start()
    }

    /// Sends a signal, unless the process has ended.
    public func signal(_ number: Int32) {
        running.withLock { if $0 { kill(pid, number) } }
    }

    /// Waits for the end.
    @discardableResult
    public func exited(within limit: Duration) async throws -> Exit {
        let (name, pid) = (name, pid)
        return try await exit.value(within: limit) {
            LabError(.timedOut, "\(name) (process \(pid)) still runs after \(limit)")
        }
    }

    public var isRunning: Bool { running.withLock { $0 } }

    /// The last lines of what it wrote.
    public func logTail(_ lines: Int = 15) -> String { tail(of: log, lines: lines) }

    private static func reap(_ pid: pid_t) -> Exit {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? .code((status >> 8) & 0xff) : .signal(signal)
    }
}

/// The last lines of a text file, without terminal control sequences; empty if it cannot be read.
func tail(of file: URL, lines: Int) -> String {
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { return "" }
    let kept = text.split(whereSeparator: \.isNewline).suffix(lines)
    return kept.map { line in "  | " + String(line.unicodeScalars.filter { $0.value >= 32 }) }.joined(separator: "\n")
}
