/// A memory cgroup, of version 1 or 2: where it lies, and what it allows.
public struct MemoryCgroup: Sendable, Equatable {
    /// The path below the hierarchy's root, without slashes at its ends.
    public let parts: [String]
    let isUnified: Bool

    /// The cgroup of a process.
    ///
    /// - Parameter membership: the text of `/proc/PID/cgroup`.
    public init?(of membership: String) {
        for line in membership.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[1].split(separator: ",").contains("memory") else { continue }
            self.init(fields[2], isUnified: false)
            return
        }
        guard let unified = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::") }) else { return nil }
        self.init(unified.dropFirst(3), isUnified: true)
    }

    private init(_ path: Substring, isUnified: Bool) {
        parts = path.split(separator: "/").map(String.init)
        self.isUnified = isUnified
    }

    private init(parts: [String], isUnified: Bool) {
        self.parts = parts
        self.isUnified = isUnified
    }

    /// The innermost cgroup that both are in; `nil` where they are of different hierarchies.
    public func common(with other: MemoryCgroup) -> MemoryCgroup? {
        guard isUnified == other.isUnified else { return nil }
        let shared = zip(parts, other.parts).prefix { $0 == $1 }.map(\.0)
        return MemoryCgroup(parts: shared, isUnified: isUnified)
    }

    /// The innermost cgroup that all are in; `nil` where one is not known, they are of different hierarchies, or none are.
    public static func common(to groups: some Sequence<MemoryCgroup?>) -> MemoryCgroup? {
        var common: MemoryCgroup?
        for group in groups {
            guard let group else { return nil }
            guard let known = common else {
                common = group
                continue
            }
            guard let shared = known.common(with: group) else { return nil }
            common = shared
        }
        return common
    }

    /// The folder of the kernel's files.
    public var folder: String {
        ([isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"] + parts).joined(separator: "/")
    }

    /// The least limit on the way to the root, in bytes: of version 2 `memory.high` counts too, since a group is slowed
    /// down from there on. `nil`: there is none.
    ///
    /// - Parameter number: reads a number from a file of the kernel; `nil` where there is none (`max`).
    public func limit(_ number: (String) -> UInt64? = { HostFile.number($0) }) -> UInt64? {
        let files = isUnified ? ["memory.max", "memory.high"] : ["memory.limit_in_bytes"]
        var group = self
        var least: UInt64?
        while true {
            for file in files {
                // Version 1 says "no limit" by a number near the largest.
                guard let limit = number("\(group.folder)/\(file)"), limit < 1 << 60 else { continue }
                least = min(least ?? limit, limit)
            }
            guard !group.parts.isEmpty else { return least }
            group = MemoryCgroup(parts: group.parts.dropLast(), isUnified: isUnified)
        }
    }

    /// Bytes that the group uses now.
    public func current(_ number: (String) -> UInt64? = { HostFile.number($0) }) -> UInt64? {
        number("\(folder)/\(isUnified ? "memory.current" : "memory.usage_in_bytes")")
    }

    /// Where the kernel says how long the group's tasks wait for memory; version 2 only.
    public var pressureFile: String? { isUnified ? "\(folder)/memory.pressure" : nil }

    /// - Parameters:
    ///   - membership: the text of `/proc/self/cgroup`.
    ///   - number: reads a number from a file of the kernel; `nil` where there is none (`max`).
    /// - Returns: the least limit on the way to the root, in bytes, or `nil` if there is none.
    public static func limit(of membership: String, number: (String) -> UInt64?) -> UInt64? {
        MemoryCgroup(of: membership)?.limit(number)
    }
}
