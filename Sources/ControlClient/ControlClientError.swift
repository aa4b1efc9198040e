public import ControlAPI

/// Why a request to the daemon failed. Its description is one line, ready for people.
public enum ControlClientError: Error, Equatable, CustomStringConvertible {
    case noDaemon(path: String)
    case permissionDenied(path: String)
    /// Nothing came within the time; `request` is such as `GET /v1/guests`.
    case timedOut(path: String, request: String, after: Duration)
    /// The daemon refused: a 4xx or 5xx answer with its sentence.
    case refused(status: Int, message: String)
    /// The connection ended early, or what came is not an answer of a daemon.
    case broken(path: String, reason: String)
    case badPath(UnixSocketError)

    public var description: String {
        switch self {
        case .noDaemon(let path):
            "no daemon listens on \(path): start one with aerostat serve, or name its socket with --control"
        case .permissionDenied(let path):
            "\(path): permission denied; the socket is open to the user of the daemon (and to root) only"
        case .timedOut(let path, let request, let time):
            "\(path): no answer to \(request) within \(time)"
        case .refused(_, let message): message
        case .broken(let path, let reason): "\(path): \(reason)"
        case .badPath(let error): error.description
        }
    }
}
