/// Why a path cannot be used for a socket. Its description is one line, ready for people.
public enum UnixSocketError: Error, Equatable, CustomStringConvertible {
    case empty
    case tooLong(path: String)
    case notASocket(path: String)
    case missingFolder(path: String, folder: String)
    case notAFolder(path: String, folder: String)
    case notWritable(path: String, folder: String)
    /// Another process listens there.
    case taken(path: String)
    /// A system call failed in a way that has no better name.
    case failed(path: String, call: String, reason: String)

    public var description: String {
        switch self {
        case .empty:
            "the path of the socket is empty"
        case .tooLong(let path):
            "\(path): \(path.utf8.count) bytes are too long for the path of a socket; at most \(UnixSocketPath.limit) fit"
        case .notASocket(let path):
            "\(path): exists and is not a socket; remove it or name another path"
        case .missingFolder(let path, let folder):
            "\(path): the folder \(folder) does not exist"
        case .notAFolder(let path, let folder):
            "\(path): \(folder) is not a folder"
        case .notWritable(let path, let folder):
            "\(path): the folder \(folder) is not writable for this user"
        case .taken(let path):
            "\(path): a process listens on this socket already; stop it first or name another path"
        case .failed(let path, let call, let reason):
            "\(path): \(call): \(reason)"
        }
    }
}
