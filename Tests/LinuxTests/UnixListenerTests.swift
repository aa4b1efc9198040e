import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite struct UnixListenerTests {
    private func mode(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode : nil
    }

    @Test("the socket is the owner's alone, and goes when the listener goes")
    func modeAndRemoval() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("socket")
        do {
            let listener = try UnixListener(path: path)
            #expect(listener.path == path)
            let mode = try #require(self.mode(of: path))
            #expect(mode & 0o777 == 0o600)
            #expect(mode & S_IFMT == S_IFSOCK)
        }
        #expect(mode(of: path) == nil)
    }

    @Test("a socket that somebody else has bound at the path meanwhile stays")
    func anotherOnesSocket() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("socket")
        do {
            let first = try UnixListener(path: path)
            #expect(unlink(first.path) == 0)
            // A file in between, so that the file system does not give the same inode again.
            let blocker = try UnixListener(path: folder.file("blocker"))
            let second = try UnixListener(path: path)
            _ = consume first
            #expect(mode(of: second.path) != nil)
            #expect(mode(of: blocker.path) != nil)
        }
        #expect(mode(of: path) == nil)
    }

    @Test("connections are taken without waiting")
    func accept() throws {
        let folder = try TemporaryFolder()
        let listener = try UnixListener(path: folder.file("socket"))
        if try listener.accept() != nil { Issue.record("nobody connected") }
        let client = try UnixListener.connect(to: listener.path)
        guard let server = try listener.accept() else {
            Issue.record("the connection did not come")
            return
        }
        #expect(isCloseOnExec(server.raw) && isCloseOnExec(client.raw))
        try [5].withUnsafeBytes { try Socket(owning: try client.duplicate()).send($0) }
        var byte: UInt8 = 0
        #expect(read(server.raw, &byte, 1) == 1)
        #expect(byte == 5)
    }

    @Test("a path that is taken is left as it is")
    func taken() throws {
        let folder = try TemporaryFolder()
        let first = try UnixListener(path: folder.file("socket"))
        #expect(throws: SystemError("bind", .addressInUse)) { _ = try UnixListener(path: first.path) }
        _ = try UnixListener.connect(to: first.path)
        if try first.accept() == nil { Issue.record("the first listener lost its socket") }
    }

    @Test("a path that does not fit is refused", arguments: [108, 200])
    func tooLong(length: Int) {
        let path = "/" + String(repeating: "x", count: length - 1)
        #expect(throws: SystemError("bind", .fileNameTooLong)) { _ = try UnixListener(path: path) }
        #expect(throws: SystemError("bind", .fileNameTooLong)) { _ = try UnixListener.connect(to: path) }
    }

    @Test("nobody listens")
    func nobody() throws {
        let folder = try TemporaryFolder()
        #expect(throws: SystemError("connect", .noSuchFileOrDirectory)) {
            _ = try UnixListener.connect(to: folder.file("socket"))
        }
    }
}
