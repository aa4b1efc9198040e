import Foundation
import Glibc

/// Standard output and standard error, unbuffered.
enum Output {
    static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Ends the program if nobody can have the line: 0 where nobody reads any more, as with `| head`, else 1, and says why.
    static func line(_ text: String) {
        switch write(text + "\n", to: STDOUT_FILENO) {
        case 0: break
        case EPIPE: exit(0)
        case let errno: fail("standard output: \(String(cString: strerror(errno)))")
        }
    }

    /// A line that may get lost.
    static func note(_ text: String) {
        _ = write(text + "\n", to: STDOUT_FILENO)
    }

    /// JSON: one line for programs, or spread over lines for eyes.
    static func json(_ value: some Encodable, spread: Bool = true) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if spread { encoder.outputFormatting.insert(.prettyPrinted) }
        line(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Writes a file anew, or into what is there, such as a pipe or a device.
    static func write(_ text: String, toFile path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw CommandFailure("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        let failure = write(text, to: descriptor)
        guard failure == 0 else { throw CommandFailure("\(path): \(String(cString: strerror(failure)))") }
    }

    /// - Returns: false if it could not be written whole; nothing hangs on that.
    @discardableResult
    static func error(_ text: String) -> Bool {
        write(text, to: STDERR_FILENO) == 0
    }

    /// Ends the program with one line.
    static func fail(_ sentence: String, code: ExitCodes = .failure) -> Never {
        error("aerostat: \(sentence)\n")
        exit(code.rawValue)
    }

    /// - Returns: 0, or the `errno` of what went wrong.
    private static func write(_ text: String, to descriptor: CInt) -> CInt {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }
}
