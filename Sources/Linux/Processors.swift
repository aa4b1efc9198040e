internal import CLinux

/// The processors that this process may use.
public enum Processors {
    /// Their numbers, ascending: what affinity and the cgroup's cpuset leave, at most 1024. Empty where that is unknown.
    public static func usable() -> [Int] {
        withUnsafeTemporaryAllocation(of: CInt.self, capacity: 1024) { numbers in
            let count = clinux_usable_processors(numbers.baseAddress, 1024)
            return numbers.prefix(Int(max(0, count))).map { Int($0) }
        }
    }

    /// Lets other threads have the processor before the calling one: adds to its niceness.
    public static func yieldPriority(niceness: Int) throws(SystemError) {
        guard clinux_yield_priority(CInt(clamping: niceness)) == 0 else { throw .last("setpriority") }
    }

    /// Lets the calling thread run on one processor only.
    public static func pinThread(to processor: Int) throws(SystemError) {
        guard clinux_pin_thread(CInt(clamping: processor)) == 0 else { throw .last("sched_setaffinity") }
    }
}
