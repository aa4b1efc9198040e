internal import ControlAPI

/// Can the control socket be made?
enum SocketCheck {
    static func finding(control: String) -> Finding {
        let check = "control socket"
        do {
            let path = try UnixSocketPath(control)
            switch try path.occupant() {
            case .listener: return .ok(check, "\(control): a daemon listens")
            case .otherFile: throw UnixSocketError.notASocket(path: control)
            case .nothing, .staleSocket:
                try path.checkFolder()
                return .ok(check, "\(control): can be made")
            }
        } catch {
            return .fail(check, "\(error)", help: "name another path with --control, or in $AEROSTAT_CONTROL")
        }
    }
}
