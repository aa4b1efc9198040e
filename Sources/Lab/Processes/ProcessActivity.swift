public import Foundation

/// How busy a process has been, from /proc.
public enum ProcessActivity {
    /// How often the threads of process `pid` have gone to sleep: each time one is woken this rises by one.
    public static func voluntarySwitches(of pid: pid_t) throws(LabError) -> UInt64 {
        try sumOverThreads(of: pid, "status") { text in
            let line = text.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
            return line.flatMap { UInt64($0.split(whereSeparator: \.isWhitespace).last ?? "") }
        }
    }

    /// Nanoseconds that the living threads of process `pid` have run.
    public static func processorTime(of pid: pid_t) throws(LabError) -> UInt64 {
        try sumOverThreads(of: pid, "schedstat") { UInt64($0.split(separator: " ").first ?? "") }
    }

    private static func sumOverThreads(
        of pid: pid_t, _ file: String, _ number: (String) -> UInt64?
    ) throws(LabError) -> UInt64 {
        let folder = "/proc/\(pid)/task"
        guard let threads = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw LabError(.ended, "process \(pid) is gone")
        }
        return threads.reduce(0) { sum, thread in
            let text = (try? String(contentsOfFile: "\(folder)/\(thread)/\(file)", encoding: .utf8)) ?? ""
            return sum + (number(text) ?? 0)
        }
    }
}
