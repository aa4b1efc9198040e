internal import CLinux
internal import Glibc
internal import SystemPackage

/// A connected stream socket over which descriptors can be passed. Never blocks.
public struct Socket: ~Copyable, Sendable {
    public let descriptor: OwnedDescriptor

    public init(owning descriptor: consuming OwnedDescriptor) {
        self.descriptor = descriptor
    }

    /// What one receive brought.
    public enum Received {
        case bytes(Int)
        /// Nothing is there yet.
        case nothing
        /// The other side closed.
        case closed
    }

    /// Receives bytes, and appends the descriptors that came with them. The caller owns those.
    ///
    /// Descriptors beyond `limit` are closed, and `surplus` is set.
    public func receive(
        into buffer: UnsafeMutableRawBufferPointer, descriptors: inout [CInt], limit: Int, surplus: inout Bool
    ) throws(SystemError) -> Received {
        var count: CInt = 0
        var truncated: CInt = 0
        var raw = InlineArray<16, CInt>(repeating: -1)
        var span = raw.mutableSpan
        let received = span.withUnsafeMutableBufferPointer { list in
            clinux_receive(
                descriptor.raw, buffer.baseAddress, buffer.count, list.baseAddress, CInt(min(limit, 16)), &count,
                &truncated)
        }
        for index in 0..<Int(count) { descriptors.append(raw[index]) }
        if truncated != 0 { surplus = true }
        if received > 0 { return .bytes(received) }
        if received == 0 { return .closed }
        switch Glibc.errno {
        case EAGAIN: return .nothing
        case ECONNRESET: return .closed
        default: throw .last("recvmsg")
        }
    }

    /// Sends all bytes at once, with descriptors. A message here is far smaller than a socket's buffer: a peer that
    /// does not read until the buffer is full gets an error (`EAGAIN`), not our patience.
    public func send(_ bytes: UnsafeRawBufferPointer, descriptors: [CInt] = []) throws(SystemError) {
        let sent = clinux_send(descriptor.raw, bytes.baseAddress, bytes.count, descriptors, CInt(descriptors.count))
        guard sent >= 0 else { throw .last("sendmsg") }
        guard sent == bytes.count else { throw SystemError("sendmsg", .resourceTemporarilyUnavailable) }
    }

    /// Ends the connection for both sides, even while a copy of the descriptor lives on in a child process.
    public func shutDown() {
        _ = shutdown(descriptor.raw, CInt(SHUT_RDWR))
    }

    /// The process at the other end, by the descriptor of a connected unix socket.
    public static func peer(of descriptor: CInt) -> CInt? {
        let pid = clinux_peer(descriptor)
        return pid > 0 ? pid : nil
    }

    /// Two sockets connected to each other.
    public struct Pair: ~Copyable {
        public let left: OwnedDescriptor
        public let right: OwnedDescriptor

        public init() throws(SystemError) {
            var pair: (CInt, CInt) = (-1, -1)
            let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
            let result = withUnsafeMutableBytes(of: &pair) {
                socketpair(AF_UNIX, kind, 0, $0.assumingMemoryBound(to: CInt.self).baseAddress)
            }
            guard result == 0 else { throw .last("socketpair") }
            left = OwnedDescriptor(owning: pair.0)
            right = OwnedDescriptor(owning: pair.1)
        }
    }
}
