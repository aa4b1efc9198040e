public import Foundation

/// How busy a process has been, from /proc.
public enum ProcessActivity {
    /// How often the threads of process `pid` have gone to sleep: each time one is woken this rises by one.
    public static func voluntarySwitches(of pid: pid_t) throws(LabError) -> UInt64 {
        let folder = "/proc/\(pid)/task"
        guard let threads = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw LabError(.ended, "process \(pid) is gone")
        }
        var sum: UInt64 = 0
        for thread in threads {
            let text = (try? String(contentsOfFile: "\(folder)/\(thread)/status", encoding: .utf8)) ?? ""
            let line = text.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
            sum += line.flatMap { UInt64($0.split(whereSeparator: \.isWhitespace).last ?? "") } ?? 0
        }
        return sum
    }
}
