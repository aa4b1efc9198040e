internal import Glibc
public import Linux

/// A PSI trigger: its descriptor becomes urgently readable (`EPOLLPRI`) when tasks have waited for memory longer than
/// they should, at most once in two seconds. Nothing is polled until then.
public struct PressureTrigger: ~Copyable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// At least one task waited.
        case some
        /// All of them did.
        case full
    }

    public let descriptor: OwnedDescriptor

    /// Longer waits than these in each window of two seconds are told: the same shares by which the arbiter judges the
    /// averages (10 % and 5 %). The kernel takes windows of whole two seconds from everybody, shorter ones from root only.
    private static func text(_ kind: Kind) -> String {
        switch kind {
        case .some: "some 200000 2000000"
        case .full: "full 100000 2000000"
        }
    }

    /// - Parameter path: `/proc/pressure/memory`, or a cgroup's `memory.pressure`.
    /// - Throws: ``SystemError`` where the kernel has no PSI, or does not let us (before Linux 6.5 it asks for CAP_SYS_RESOURCE).
    public init(_ kind: Kind, of path: String = MemoryPressure.hostFile) throws(SystemError) {
        let file = try OwnedDescriptor(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC), from: "open \(path)")
        try Self.set(kind, file.raw, path)
        descriptor = file
    }

    private static func set(_ kind: Kind, _ file: CInt, _ path: String) throws(SystemError) {
        let text = text(kind)
        // The kernel wants the zero at the end, too.
        let written = text.withCString { write(file, $0, text.utf8.count + 1) }
        guard written > 0 else { throw .last("write \(path)") }
    }
}
