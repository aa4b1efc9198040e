internal import CLinux
internal import Synchronization

/// A counter that threads of this process can wait for (futex): a system call only where somebody has to sleep or be
/// woken.
public struct TurnCounter: ~Copyable, @unchecked Sendable {
    // Unchecked: the pointer is immutable, and what is behind it is atomic.
    private let word: UnsafeMutablePointer<Atomic<UInt32>>

    public init() {
        word = .allocate(capacity: 1)
        word.initialize(to: Atomic(0))
    }

    deinit {
        word.deinitialize(count: 1)
        word.deallocate()
    }

    public var value: UInt32 { word.pointee.load(ordering: .sequentiallyConsistent) }

    /// Adds one, wrapping around.
    public func advance() {
        word.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }

    /// Wakes all that wait.
    public func wake() {
        clinux_futex_wake(word)
    }

    /// Waits while the counter is at `value`; may return early.
    ///
    /// - Parameter limit: the longest wait (ns); `nil`: none.
    public func wait(while value: UInt32, atMost limit: UInt64? = nil) {
        clinux_futex_wait(word, value, limit.map { Int64(clamping: $0) } ?? -1)
    }
}
