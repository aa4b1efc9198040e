/// Why QEMU could not be asked, or what it answered. One line, ready for people.
public enum QMPError: Error, Equatable, CustomStringConvertible {
    case unreachable(path: String, reason: String)
    /// QEMU ended, or closed the connection.
    case closed
    case timedOut(waitingFor: String, after: Duration)
    /// QEMU refused: its error class and its sentence.
    case refused(command: String, kind: String, reason: String)

    public var description: String {
        switch self {
        case .unreachable(let path, let reason): "\(path): \(reason)"
        case .closed: "QEMU closed its QMP connection"
        case .timedOut(let what, let duration): "QEMU: no \(what) within \(duration)"
        case .refused(let command, _, let reason): "QEMU refused \(command): \(reason)"
        }
    }
}
