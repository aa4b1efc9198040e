internal import CLinux
internal import Glibc
internal import SystemPackage

/// A listening unix socket at a path. The socket's file is removed when the listener goes away.
///
/// Whether the path may be taken (stale socket, another daemon) is the caller's question; see `UnixSocketPath`.
public struct UnixListener: ~Copyable, Sendable {
    public let descriptor: OwnedDescriptor
    public let path: String
    /// Which file the socket made.
    private let device: dev_t
    private let inode: ino_t

    /// Binds with mode 0600 and listens.
    public init(path: String) throws(SystemError) {
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        let descriptor = try OwnedDescriptor(Glibc.socket(AF_UNIX, kind, 0), from: "socket")
        var address = try Self.address(of: path)
        // fchmod before bind decides the mode of the file that bind makes: there is no moment with another mode.
        guard fchmod(descriptor.raw, 0o600) == 0 else { throw .last("fchmod") }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor.raw, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw .last("bind") }
        guard listen(descriptor.raw, 16) == 0 else {
            let error = SystemError.last("listen")
            unlink(path)
            throw error
        }
        var file = stat()
        guard lstat(path, &file) == 0 else { throw .last("lstat") }
        self.descriptor = descriptor
        self.path = path
        device = file.st_dev
        inode = file.st_ino
    }

    deinit {
        // Someone may have removed our socket and bound another at the path: that one is not ours to remove.
        var now = stat()
        guard lstat(path, &now) == 0, now.st_dev == device, now.st_ino == inode else { return }
        unlink(path)
    }

    /// The next connection, or `nil` if there is none yet.
    public func accept() throws(SystemError) -> OwnedDescriptor? {
        let accepted = clinux_accept(descriptor.raw)
        if accepted < 0 {
            if Glibc.errno == EAGAIN || Glibc.errno == ECONNABORTED { return nil }
            throw .last("accept4")
        }
        return OwnedDescriptor(owning: accepted)
    }

    /// Connects to a listening socket; the connection does not block.
    public static func connect(to path: String) throws(SystemError) -> OwnedDescriptor {
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        let descriptor = try OwnedDescriptor(Glibc.socket(AF_UNIX, kind, 0), from: "socket")
        var address = try Self.address(of: path)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor.raw, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { throw .last("connect") }
        return descriptor
    }

    private static func address(of path: String) throws(SystemError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { field in
            let bytes = path.utf8
            guard bytes.count < field.count else { return false }
            field.copyBytes(from: bytes)
            return true
        }
        guard fits else { throw SystemError("bind", .fileNameTooLong) }
        return address
    }
}
