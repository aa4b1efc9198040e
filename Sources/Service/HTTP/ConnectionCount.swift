internal import Synchronization

/// How many connections are open.
final class ConnectionCount: Sendable {
    private let open = Atomic<Int>(0)

    /// Counts one more, unless there are as many as may be.
    func begin(upTo limit: Int) -> Bool {
        guard open.load(ordering: .relaxed) < limit else { return false }
        open.add(1, ordering: .relaxed)
        return true
    }

    func end() {
        open.subtract(1, ordering: .relaxed)
    }
}
