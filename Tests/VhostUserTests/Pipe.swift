import Glibc
import Linux
import Testing

/// A pipe whose writing end is given away: whether that was closed shows at the reading end.
final class Pipe {
    private let read: CInt
    private var write: CInt

    init() throws {
        var ends: [CInt] = [-1, -1]
        try #require(pipe(&ends) == 0)
        try #require(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        read = ends[0]
        write = ends[1]
    }

    deinit {
        close(read)
        closeWrite()
    }

    var writeEnd: CInt { write }

    /// Closes our own copy of the writing end.
    func closeWrite() {
        if write >= 0 { close(write) }
        write = -1
    }

    /// Nobody has the writing end any more.
    var isClosed: Bool {
        var byte: UInt8 = 0
        return Glibc.read(read, &byte, 1) == 0
    }
}
