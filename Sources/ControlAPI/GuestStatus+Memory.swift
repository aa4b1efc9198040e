internal import Balloon

extension GuestStatus {
    /// What the guest's statistics call its page cache; `nil` if it has not told.
    public var cache: ByteSize? { statistics[.diskCaches].map { ByteSize($0) } }

    /// What the guest's programs and kernel use: neither available, nor in the balloon. `nil` if the guest has not told enough. As of
    /// the newest statistics.
    ///
    /// What is in tmpfs counts as cache in Linux' statistics, but cannot be had: it is not available. Of a guest that does not tell
    /// what is available, what is free and its cache are not used.
    public var used: ByteSize? {
        guard let total = statistics[.totalMemory] else { return nil }
        let unused = statistics[.availableMemory] ?? statistics[.freeMemory].map { sum($0, cache?.bytes ?? 0) }
        guard let unused else { return nil }
        let others = countsBalloon(in: total) ? sum(unused, balloonThen) : unused
        return ByteSize(total > others ? total - others : 0)
    }

    /// A guest's total leaves its balloon in: Linux' with DEFLATE_ON_OOM does, Windows' always does. One that shrinks with the balloon
    /// is never more than the guest's memory together with it.
    private func countsBalloon(in total: UInt64) -> Bool {
        if features.contains(where: { $0.name == "deflate-on-oom" && $0.negotiated }) { return true }
        return max.map { sum(total, balloonThen) > $0.bytes } ?? false
    }

    private var balloonThen: UInt64 { (statistics.heldThen ?? held).bytes }

    /// At most as much as there can be: both are claims.
    private func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (sum, isOver) = left.addingReportingOverflow(right)
        return isOver ? .max : sum
    }
}
