import ControlAPI
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct UnixSocketPathTests {
    @Test func pathsThatAreTooLongAreNamed() throws {
        let path = "/" + String(repeating: "x", count: 107)
        #expect(throws: UnixSocketError.tooLong(path: path)) { try UnixSocketPath(path) }
        #expect(
            UnixSocketError.tooLong(path: path).description
                == "\(path): 108 bytes are too long for the path of a socket; at most 107 fit")
        #expect(throws: UnixSocketError.empty) { try UnixSocketPath("") }
        #expect(try UnixSocketPath("/" + String(repeating: "x", count: 106)).folder == "/")
    }

    @Test func foldersAreChecked() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let missing = folder.path + "/no/x.sock"
        #expect(throws: UnixSocketError.missingFolder(path: missing, folder: folder.path + "/no")) {
            try UnixSocketPath(missing).claim { _ in }
        }
        let file = folder.path + "/file"
        #expect(FileManager.default.createFile(atPath: file, contents: nil))
        #expect(throws: UnixSocketError.notAFolder(path: file + "/x.sock", folder: file)) {
            try UnixSocketPath(file + "/x.sock").claim { _ in }
        }
        #expect(throws: UnixSocketError.notASocket(path: file)) { try UnixSocketPath(file).claim { _ in } }
        #expect(FileManager.default.fileExists(atPath: file))
    }

    @Test(.enabled(if: getuid() != 0, "root may write anywhere"))
    func foldersMustBeWritable() {
        #expect(throws: UnixSocketError.notWritable(path: "/proc/x.sock", folder: "/proc")) {
            try UnixSocketPath("/proc/x.sock").claim { _ in }
        }
    }

    @Test func aListenerIsSeenAndNotDisturbed() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = try UnixSocketPath(folder.path + "/x.sock")
        #expect(try path.occupant() == .nothing)
        let listener = try path.claim { (path) throws(UnixSocketError) in try listen(path) }
        #expect(try path.occupant() == .listener)
        #expect(throws: UnixSocketError.taken(path: path.path)) { try path.claim { _ in } }
        #expect(accept(listener, nil, nil) == -1 && errno == EAGAIN, "the probe must not look like a connection")
        close(listener)
        #expect(try path.occupant() == .staleSocket)
        var wasFree = false
        try path.claim { _ in wasFree = access(path.path, F_OK) != 0 }
        #expect(wasFree)
    }

    private func listen(_ path: String) throws(UnixSocketError) -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, Glibc.listen(descriptor, 1) == 0 else {
            throw .failed(path: path, call: "bind", reason: "test")
        }
        return descriptor
    }
}
