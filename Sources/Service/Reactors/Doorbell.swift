internal import Linux
internal import Synchronization

/// Rings at a reactor: decisions about its guests wait in the ``SharedArbiter``.
final class Doorbell: Sendable {
    /// Something waits.
    let isRung = Atomic<Bool>(false)
    /// When the shared arbiter wants to be woken (ns); only the first reactor looks. `.max`: not at all.
    let wakeAt = Atomic<UInt64>(.max)
    /// Wakes the reactor's thread.
    let wake: EventCounter

    init(wake: consuming EventCounter) {
        self.wake = wake
    }
}
