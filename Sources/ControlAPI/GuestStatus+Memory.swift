internal import Balloon

extension GuestStatus {
    /// What the guest's statistics call its page cache; `nil` if it has not told.
    public var cache: ByteSize? { statistics[.diskCaches].map { ByteSize($0) } }

    /// What the guest's programs and kernel use: neither free, nor cache, nor in the balloon. `nil` if the guest has not told
    /// enough. As of the newest statistics.
    public var used: ByteSize? {
        guard let total = statistics[.totalMemory], let free = statistics[.freeMemory], let cache else { return nil }
        // Linux takes the balloon out of its total, except with DEFLATE_ON_OOM.
        let countsBalloon = features.contains { $0.name == "deflate-on-oom" && $0.negotiated }
        let others = [free, cache.bytes, countsBalloon ? (statistics.heldThen ?? held).bytes : 0]
        return ByteSize(others.reduce(total) { rest, part in rest > part ? rest - part : 0 })
    }
}
