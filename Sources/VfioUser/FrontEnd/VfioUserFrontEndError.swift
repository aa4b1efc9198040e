public import Linux

/// Why a server could not be worked with.
public enum VfioUserFrontEndError: Error, Equatable, CustomStringConvertible {
    /// The server closed the connection.
    case closed
    case noAnswer(to: Command)
    /// The server answered with an error; the number is an errno.
    case refused(Command, errno: UInt32)
    case badAnswer(to: Command, String)
    case system(SystemError)

    public var description: String {
        switch self {
        case .closed: "the server closed the connection"
        case .noAnswer(let command): "\(command): no answer in time"
        case .refused(let command, let errno): "\(command): the server refused it (errno \(errno))"
        case .badAnswer(let command, let what): "\(command): \(what)"
        case .system(let error): error.description
        }
    }
}
