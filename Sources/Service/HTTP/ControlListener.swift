package import ControlAPI
internal import Glibc

/// The daemon's listening control socket: mode 0600 from its first moment, removed when it is closed.
package struct ControlListener: Sendable {
    package let path: UnixSocketPath
    /// Listening, non-blocking, closed on exec.
    let descriptor: CInt
    private let device: dev_t
    private let inode: ino_t

    /// Claims the path and listens. Throws ``UnixSocketError``.
    package init(claiming path: UnixSocketPath) throws {
        self = try path.claim { _ in try ControlListener(binding: path) }
    }

    private init(binding path: UnixSocketPath) throws(UnixSocketError) {
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        var facts = stat()
        do throws(UnixSocketError) {
            guard descriptor >= 0 else { throw Self.failure(path, "socket") }
            // The mode of the socket decides the mode of the file that bind makes: it is never open to others.
            guard fchmod(descriptor, 0o600) == 0 else { throw Self.failure(path, "fchmod") }
            guard Self.bind(descriptor, path) == 0 else { throw Self.failure(path, "bind") }
            guard listen(descriptor, 64) == 0 else { throw Self.failure(path, "listen") }
            guard lstat(path.path, &facts) == 0 else { throw Self.failure(path, "lstat") }
        } catch {
            if descriptor >= 0 { Glibc.close(descriptor) }
            throw error
        }
        self.path = path
        self.descriptor = descriptor
        device = facts.st_dev
        inode = facts.st_ino
    }

    /// Removes the socket's file, unless another one has taken its place.
    package func removeFile() {
        var facts = stat()
        guard lstat(path.path, &facts) == 0, facts.st_dev == device, facts.st_ino == inode else { return }
        unlink(path.path)
    }

    /// Ends listening, where no server has taken the listener over.
    func close() {
        Glibc.close(descriptor)
    }

    private static func bind(_ descriptor: CInt, _ path: UnixSocketPath) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: path.path.utf8.prefix(UnixSocketPath.limit))
        }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func failure(_ path: UnixSocketPath, _ call: String) -> UnixSocketError {
        .failed(path: path.path, call: call, reason: String(cString: strerror(errno)))
    }
}
