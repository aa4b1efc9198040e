public import Foundation

/// How much memory a process takes, from /proc; in bytes.
public struct ProcessMemory: Sendable, Codable, Equatable {
    /// All that is resident: its own, files that it runs from, and guests' pages that it has mapped.
    public var resident: UInt64
    /// Its own memory alone.
    public var anonymous: UInt64
    /// Guests' pages, mapped: the rings.
    public var shared: UInt64
    /// The kernel's memory for its address space.
    public var pageTables: UInt64

    public init(of pid: pid_t) throws(LabError) {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else {
            throw LabError(.ended, "process \(pid) is gone")
        }
        var sizes: [Substring: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count == 3, words[2] == "kB" { sizes[words[0]] = UInt64(words[1]).map { $0 << 10 } }
        }
        func size(_ key: Substring) throws(LabError) -> UInt64 {
            guard let size = sizes[key] else { throw LabError(.refused, "/proc/\(pid)/status has no \(key)") }
            return size
        }
        resident = try size("VmRSS:")
        anonymous = try size("RssAnon:")
        shared = try size("RssShmem:")
        pageTables = try size("VmPTE:")
    }
}
