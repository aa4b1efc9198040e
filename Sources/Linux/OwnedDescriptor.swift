internal import CLinux
internal import Glibc

/// A file descriptor that is closed when its owner goes away.
public struct OwnedDescriptor: ~Copyable, Sendable {
    public let raw: CInt

    /// Takes the descriptor over: nobody else may close it.
    public init(owning raw: CInt) {
        self.raw = raw
    }

    deinit {
        _ = Glibc.close(raw)
    }

    /// Takes over the result of the system call `call`, or throws its error.
    public init(_ result: CInt, from call: String) throws(SystemError) {
        guard result >= 0 else { throw .last(call) }
        raw = result
    }

    /// Gives the descriptor away unclosed.
    public consuming func release() -> CInt {
        let raw = self.raw
        discard self
        return raw
    }

    public func duplicate() throws(SystemError) -> OwnedDescriptor {
        try OwnedDescriptor(fcntl(raw, F_DUPFD_CLOEXEC, 0), from: "fcntl(F_DUPFD_CLOEXEC)")
    }
}
