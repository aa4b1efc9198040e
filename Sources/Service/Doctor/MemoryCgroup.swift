/// The limit that a memory cgroup, of version 1 or 2, puts on a process.
enum MemoryCgroup {
    /// - Parameters:
    ///   - membership: the text of `/proc/self/cgroup`.
    ///   - number: reads a number from a file of the kernel; `nil` where there is none (`max`).
    /// - Returns: the least limit on the way to the root, in bytes, or `nil` if there is none.
    static func limit(of membership: String, number: (String) -> UInt64?) -> UInt64? {
        for line in membership.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[1].split(separator: ",").contains("memory") {
                return least(fields[2], in: "/sys/fs/cgroup/memory", file: "memory.limit_in_bytes", number)
            }
        }
        guard let unified = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::") }) else { return nil }
        return least(unified.dropFirst(3), in: "/sys/fs/cgroup", file: "memory.max", number)
    }

    private static func least(
        _ path: Substring, in root: String, file: String, _ number: (String) -> UInt64?
    ) -> UInt64? {
        var parts = path.split(separator: "/")
        var limits: [UInt64] = []
        while true {
            let folder = ([root] + parts.map(String.init)).joined(separator: "/")
            // Version 1 says "no limit" by a number near the largest.
            if let limit = number("\(folder)/\(file)"), limit < 1 << 60 { limits.append(limit) }
            if parts.isEmpty { return limits.min() }
            parts.removeLast()
        }
    }
}
