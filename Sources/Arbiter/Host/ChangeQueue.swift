/// Decisions about guests that wait to be fetched, each guest once, in the order in which they came up.
struct ChangeQueue: Sendable, Codable {
    private var entries = ChunkedArray<Entry>()
    private var first: Int32 = -1
    private var last: Int32 = -1

    private struct Entry: Sendable, Codable {
        var decision: Decision?
        var isQueued = false
        var next: Int32 = -1
    }

    /// Makes room for the numbers below `count`.
    mutating func reserve(_ count: Int) {
        while entries.count < count { entries.append(Entry()) }
    }

    /// Keeps a decision until it is fetched; several become one.
    mutating func append(_ decision: Decision, about index: Int) {
        guard !decision.isEmpty, entries.indices.contains(index) else { return }
        if entries[index].decision == nil {
            entries[index].decision = decision
        } else {
            entries[index].decision?.join(decision)
        }
        guard !entries[index].isQueued else { return }
        entries[index].isQueued = true
        entries[index].next = -1
        if last >= 0 { entries[Int(last)].next = Int32(index) } else { first = Int32(index) }
        last = Int32(index)
    }

    /// Takes what waits about one guest out of its turn.
    mutating func take(about index: Int) -> Decision? {
        guard entries.indices.contains(index), entries[index].decision != nil else { return nil }
        defer { entries[index].decision = nil }
        return entries[index].decision
    }

    mutating func next() -> (index: Int, decision: Decision)? {
        while first >= 0 {
            let index = Int(first)
            first = entries[index].next
            if first < 0 { last = -1 }
            entries[index].next = -1
            entries[index].isQueued = false
            if let decision = take(about: index) { return (index, decision) }
        }
        return nil
    }
}
