import Linux
import Synchronization

/// What the threads of a load tell one another.
final class LoadProgress: Sendable {
    /// Tells every thread to end: it stays signalled.
    let stop: EventCounter
    private let messages = Atomic<UInt64>(0)

    init() throws(SystemError) { stop = try EventCounter() }

    /// Messages of this thread, which counts from 0 on.
    func note(_ count: UInt64) { messages.store(count, ordering: .relaxed) }
    var count: UInt64 { messages.load(ordering: .relaxed) }
}
