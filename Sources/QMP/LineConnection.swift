import Foundation
import Synchronization

/// A stream socket that carries lines both ways. A thread of its own reads; callers write.
package final class LineConnection: Sendable {
    /// The descriptor, and whether it may still be used: a number that was closed may belong to someone else.
    private let descriptor: Mutex<Int32?>
    private let onLine: @Sendable (String) -> Void
    private let onEnd: @Sendable () -> Void

    /// Takes over a connected socket. `onEnd` is called once, after the last line.
    package init(
        descriptor: Int32, name: String, onLine: @escaping @Sendable (String) -> Void,
        onEnd: @escaping @Sendable () -> Void
    ) {
        self.descriptor = Mutex(descriptor)
        self.onLine = onLine
        self.onEnd = onEnd
        let thread = Thread { [onLine, onEnd, weak self] in
            Self.read(descriptor, onLine)
            onEnd()
            self?.descriptor.withLock { $0 = nil }
            Glibc.close(descriptor)
        }
        thread.name = name
        thread.start()
    }

    deinit { close() }

    /// Connects to the unix socket at `path`.
    package static func connect(to path: String) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = path.utf8.count < MemoryLayout.size(ofValue: address.sun_path)
        guard fits else { throw QMPError.unreachable(path: path, reason: "the path is too long for a unix socket") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw QMPError.unreachable(path: path, reason: String(cString: strerror(errno))) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw QMPError.unreachable(path: path, reason: reason)
        }
        return descriptor
    }

    /// Sends `line` and a line feed.
    package func send(_ line: String) throws {
        let bytes = Array((line + "\n").utf8)
        try descriptor.withLock { descriptor in
            guard let descriptor else { throw QMPError.closed }
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                if count < 0, errno != EINTR { throw QMPError.closed }
                if count > 0 { sent += count }
            }
        }
    }

    /// Ends the connection; the reading thread closes the descriptor.
    package func close() {
        descriptor.withLock { descriptor in
            if let descriptor { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
            descriptor = nil
        }
    }

    private static func read(_ descriptor: Int32, _ onLine: (String) -> Void) {
        var pending: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            pending.append(contentsOf: chunk[0..<count])
            var start = pending.startIndex
            while let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: pending[start..<end], as: UTF8.self)
                onLine(line.hasSuffix("\r") ? String(line.dropLast()) : line)
                start = end + 1
            }
            pending.removeSubrange(..<start)
        }
    }
}
