import Foundation
import Glibc

/// Standard output and standard error, unbuffered.
enum Output {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    static func line(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    /// JSON: one line for programs, or spread over lines for eyes.
    static func json(_ value: some Encodable, spread: Bool = true) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if spread { encoder.outputFormatting.insert(.prettyPrinted) }
        line(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    static func error(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    /// Ends the program with one line.
    static func fail(_ sentence: String) -> Never {
        error("aerostat: \(sentence)\n")
        exit(1)
    }

    private static func write(_ text: String, to descriptor: CInt) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR {
                // Nobody reads any more, as with `| head`: there is nothing left to do.
                exit(errno == EPIPE ? 0 : 1)
            }
        }
    }
}
