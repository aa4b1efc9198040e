internal import Glibc

/// The path of a unix socket that is going to be bound or connected to. Every call may be made from any thread.
public struct UnixSocketPath: Sendable, Equatable, CustomStringConvertible {
    /// How many bytes of path fit into `sun_path`, next to the zero that ends it.
    public static let limit = 107

    public let path: String

    /// Checks the text alone, not the file system.
    public init(_ path: String) throws(UnixSocketError) {
        guard !path.isEmpty else { throw .empty }
        guard path.utf8.count <= Self.limit else { throw .tooLong(path: path) }
        self.path = path
    }

    public var description: String { path }

    /// The folder that the socket lies in.
    public var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the path free to be bound, and binds it by `bind`.
    ///
    /// A stale socket, on which nobody listens, is removed. Two processes that claim sockets of one folder at the same
    /// time take turns, so neither removes the socket that the other has just bound.
    public func claim<Bound: ~Copyable>(
        _ bind: (String) throws(UnixSocketError) -> Bound
    ) throws(UnixSocketError) -> Bound {
        try checkFolder()
        let turn = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that may be written but not read gives no turns; then there is only the check.
        if turn >= 0 { flock(turn, LOCK_EX) }
        defer { if turn >= 0 { close(turn) } }
        switch try occupant() {
        case .nothing: break
        case .staleSocket:
            guard unlink(path) == 0 || errno == ENOENT else { throw failure("unlink") }
        case .listener: throw .taken(path: path)
        case .otherFile: throw .notASocket(path: path)
        }
        return try bind(path)
    }

    /// Says whether the folder is there and sockets can be made in it.
    public func checkFolder() throws(UnixSocketError) {
        var facts = stat()
        guard stat(folder, &facts) == 0 else {
            switch errno {
            case ENOENT: throw .missingFolder(path: path, folder: folder)
            case ENOTDIR: throw .notAFolder(path: path, folder: folder)
            case EACCES: throw .notWritable(path: path, folder: folder)
            default: throw failure("stat")
            }
        }
        guard facts.st_mode & S_IFMT == S_IFDIR else { throw .notAFolder(path: path, folder: folder) }
        guard access(folder, W_OK | X_OK) == 0 else { throw .notWritable(path: path, folder: folder) }
    }

    /// What lies at the path now.
    public func occupant() throws(UnixSocketError) -> Occupant {
        var facts = stat()
        guard lstat(path, &facts) == 0 else {
            if errno == ENOENT { return .nothing }
            throw failure("lstat")
        }
        guard facts.st_mode & S_IFMT == S_IFSOCK else { return .otherFile }
        return try isListening() ? .listener : .staleSocket
    }

    /// What can lie at a path.
    public enum Occupant: Sendable, Equatable {
        case nothing
        case staleSocket
        case listener
        case otherFile
    }

    /// Asks with a datagram socket: a stream listener is named by EPROTOTYPE and notices nothing, a real connection
    /// would wake it (and be taken for a VMM).
    private func isListening() throws(UnixSocketError) -> Bool {
        let probe = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { throw failure("socket") }
        defer { close(probe) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(Self.limit)) }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(probe, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if connected == 0 { return true }
        switch errno {
        case EPROTOTYPE: return true
        case ECONNREFUSED, ENOENT: return false
        // Not ours to speak to: somebody else's socket, live or not.
        case EACCES, EPERM: return true
        default: throw failure("connect")
        }
    }

    private func failure(_ call: String) -> UnixSocketError {
        .failed(path: path, call: call, reason: String(cString: strerror(errno)))
    }
}
