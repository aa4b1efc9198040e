internal import Linux
internal import Synchronization

/// Tells a reactor that changes for its guests wait in the ``SharedBudget``.
final class Outbox: Sendable {
    /// Something waits.
    let isFilled = Atomic<Bool>(false)
    /// When the shared arbiter wants to be woken (ns); only the first reactor looks. `.max`: not at all.
    let wakeAt = Atomic<UInt64>(.max)
    /// Wakes the reactor's thread.
    let wake: EventCounter

    init(wake: consuming EventCounter) {
        self.wake = wake
    }
}
