internal import Glibc
public import SystemPackage

/// A system call that failed.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The call, such as `mmap`.
    public let call: String
    public let errno: Errno

    public init(_ call: String, _ errno: Errno) {
        self.call = call
        self.errno = errno
    }

    /// The same from the number of an error, as it was kept in an integer.
    public init(_ call: String, code: CInt) {
        self.init(call, Errno(rawValue: code))
    }

    /// The number of the error.
    public var code: CInt { errno.rawValue }

    /// The calling thread's `errno`, read at once after the call.
    public static func last(_ call: String) -> SystemError {
        SystemError(call, Errno(rawValue: Glibc.errno))
    }

    /// The call would have had to wait.
    public var isTemporary: Bool { errno == .resourceTemporarilyUnavailable }

    /// The other side has closed.
    public var isHangup: Bool { errno == .brokenPipe || errno == .connectionReset }

    public var description: String { "\(call): \(errno)" }
}
