internal import DequeModule
package import ControlAPI
internal import Synchronization

/// What happened, for people and programs: a bounded history, and streams of what happens next.
///
/// Every call may be made from any thread, and holds a lock for microseconds at most.
package final class EventLog: Sendable {
    private let capacity: Int
    private let state = Mutex(State())

    private struct State {
        var history = Deque<Event>()
        var newest: UInt64 = 0
        var counts: [EventCount.Key: UInt64] = [:]
        var subscribers: [UInt64: AsyncStream<Event>.Continuation] = [:]
        var nextSubscriber: UInt64 = 0
        var isFinished = false
    }

    /// - Parameter capacity: how many events are remembered.
    package init(capacity: Int = 4096) {
        self.capacity = max(1, capacity)
    }

    /// May be called from any thread; never blocks for long.
    package func append(
        guest: String?, kind: Event.Kind, message: String, numbers: [String: UInt64] = [:], move: MemoryMove? = nil
    ) {
        let timestamp = Timestamp.now()
        state.withLock { state in
            guard !state.isFinished else { return }
            state.newest += 1
            let event = Event(
                sequence: state.newest, timestamp: timestamp, guest: guest, kind: kind, message: message,
                numbers: numbers, move: move)
            if state.history.count == capacity { state.history.removeFirst() }
            state.history.append(event)
            state.counts[EventCount.Key(guest: guest, kind: kind), default: 0] += 1
            for subscriber in state.subscribers.values { subscriber.yield(event) }
        }
    }

    /// The sequence number of the newest event; 0 before the first.
    package var newest: UInt64 { state.withLock { $0.newest } }

    /// What is remembered of the events after `sequence`.
    package func history(after sequence: UInt64 = 0) -> [Event] {
        state.withLock { state in state.history.filter { $0.sequence > sequence } }
    }

    /// How many events of each kind there were since the start, of each guest.
    package func counts() -> [EventCount] {
        state.withLock { $0.counts.map { EventCount(key: $0.key, count: $0.value) } }.sorted()
    }

    /// What is remembered of the events after `sequence`, and then every event as it happens, without a gap between.
    ///
    /// - Parameter buffer: how many events wait for a slow reader before the oldest of them are lost to it.
    package func subscribe(after sequence: UInt64, buffer: Int = 1024) -> EventSubscription {
        let (live, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(buffer))
        let (identifier, backlog) = state.withLock { state in
            let identifier = state.nextSubscriber
            state.nextSubscriber += 1
            if state.isFinished {
                continuation.finish()
            } else {
                state.subscribers[identifier] = continuation
            }
            return (identifier, Array(state.history.filter { $0.sequence > sequence }))
        }
        continuation.onTermination = { [weak self] _ in self?.unsubscribe(identifier) }
        return EventSubscription(backlog: backlog, live: live, cancel: { continuation.finish() })
    }

    /// Ends all streams; what is appended later is dropped.
    package func finish() {
        let subscribers = state.withLock { state in
            state.isFinished = true
            defer { state.subscribers = [:] }
            return Array(state.subscribers.values)
        }
        for subscriber in subscribers { subscriber.finish() }
    }

    /// How many streams are open.
    package var subscriberCount: Int { state.withLock { $0.subscribers.count } }

    private func unsubscribe(_ identifier: UInt64) {
        state.withLock { _ = $0.subscribers.removeValue(forKey: identifier) }
    }
}
