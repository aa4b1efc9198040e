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
        ancestry.compactMap { $0.ownLimit(number) }.min()
    }

    /// What the group leaves its guest at most, by each limit on the way to the root: the limit, and what the processes that
    /// are under it need for themselves. The one that leaves least; `nil`: there is no limit.
    ///
    /// - Parameters:
    ///   - number: reads a number from a file of the kernel; `nil` where there is none (`max`).
    ///   - text: reads such a file as it is.
    public func tightest(
        _ number: (String) -> UInt64? = { HostFile.number($0) }, _ text: (String) -> String? = { HostFile.text($0) }
    ) -> (folder: String, limit: UInt64, need: UInt64)? {
        func rest(_ limit: UInt64, _ need: UInt64) -> UInt64 { limit > need ? limit - need : 0 }
        return ancestry.compactMap { group in
            group.ownLimit(number).map { (group.folder, $0, group.ownNeed(text) ?? 0) }
        }.min { rest($0.1, $0.2) < rest($1.1, $1.2) }
    }

    /// This group, and those that it lies in.
    private var ancestry: [MemoryCgroup] {
        (0...parts.count).reversed().map { MemoryCgroup(parts: Array(parts.prefix($0)), isUnified: isUnified) }
    }

    /// The limit that is set for this group itself.
    private func ownLimit(_ number: (String) -> UInt64?) -> UInt64? {
        let files = isUnified ? ["memory.max", "memory.high"] : ["memory.limit_in_bytes"]
        // Version 1 says "no limit" by a number near the largest.
        return files.compactMap { number("\(folder)/\($0)") }.filter { $0 < 1 << 60 }.min()
    }

    /// Bytes that the group's processes need for themselves: what can neither be given up nor is shared memory, such as a guest's.
    /// The page cache of its disks is not among them. `nil`: the kernel does not tell.
    ///
    /// - Parameter text: reads a file of the kernel.
    private func ownNeed(_ text: (String) -> String?) -> UInt64? {
        guard let statistics = text("\(folder)/memory.stat") else { return nil }
        // Of a group of version 1 and all below it: "total_".
        let parts: Set<Substring> =
            isUnified
            ? ["anon", "kernel_stack", "pagetables", "sec_pagetables", "slab_unreclaimable", "sock"] : ["total_rss"]
        var sum: UInt64 = 0
        for line in statistics.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, parts.contains(words[0]), let bytes = UInt64(words[1]), bytes < 1 << 60 else {
                continue
            }
            sum += bytes
        }
        return sum
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
