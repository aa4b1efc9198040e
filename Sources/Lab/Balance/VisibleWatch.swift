import Synchronization

/// Looks at what the guests see, twice a second.
final class VisibleWatch: Sendable {
    private struct State {
        var last: [UInt64] = []
        var moved: UInt64 = 0
        var most: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Bytes moved, and the most that was seen at a time.
    var result: (UInt64, UInt64) { state.withLock { ($0.moved, $0.most) } }

    /// Watches until the task is cancelled.
    func run(_ rig: BalanceRig) async throws {
        while !Task.isCancelled {
            let now = try await rig.visible()
            state.withLock { state in
                for (old, new) in zip(state.last, now) { state.moved += old > new ? old - new : new - old }
                state.most = max(state.most, now.reduce(0, +))
                state.last = now
            }
            do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
        }
    }
}
