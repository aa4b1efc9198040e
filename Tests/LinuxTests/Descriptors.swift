import Glibc
import Linux

/// Whether the number is an open descriptor of this process.
func isOpen(_ descriptor: CInt) -> Bool { fcntl(descriptor, F_GETFD) >= 0 }

func isCloseOnExec(_ descriptor: CInt) -> Bool { fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0 }

/// The two ends of a pipe, unblocking.
struct Pipe: ~Copyable {
    let reading: OwnedDescriptor
    let writing: OwnedDescriptor

    init() throws {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError.last("pipe") }
        // Both are set before anything may throw: a noncopyable value is made whole or not at all.
        reading = OwnedDescriptor(owning: ends[0])
        writing = OwnedDescriptor(owning: ends[1])
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }
}
