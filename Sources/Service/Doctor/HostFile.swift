internal import Foundation

/// Small files in which the kernel says things.
enum HostFile {
    /// The text without the end of its last line, or `nil` if the file cannot be read.
    static func text(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    static func number(_ path: String) -> UInt64? {
        text(path).flatMap(UInt64.init)
    }
}
