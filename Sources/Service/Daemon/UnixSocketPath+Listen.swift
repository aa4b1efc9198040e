package import ControlAPI
package import Linux

extension UnixSocketPath {
    /// Claims the path and listens there, mode 0600. The socket's file goes when the listener goes.
    ///
    /// For the control socket and the guests' alike.
    package func listen() throws(UnixSocketError) -> UnixListener {
        try claim { path throws(UnixSocketError) -> UnixListener in
            do throws(SystemError) {
                return try UnixListener(path: path)
            } catch {
                throw UnixSocketError.failed(path: path, call: error.call, reason: "\(error.errno)")
            }
        }
    }
}
