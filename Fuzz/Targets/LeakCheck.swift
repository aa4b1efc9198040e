internal import Glibc

/// Sees to it that what is fuzzed closes what it opened, and nothing else.
public enum LeakCheck {
    /// The lowest descriptor that is free: it stays the same where none is leaked.
    private static func lowestFree() -> CInt {
        let free = dup(0)
        close(free)
        return free
    }

    /// Traps where descriptors are open, or closed, after `body` that were not before it.
    public static func run(_ body: () -> Void) {
        let before = lowestFree()
        body()
        precondition(lowestFree() == before, "a descriptor was leaked, or closed twice")
    }
}
