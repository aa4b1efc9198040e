import Foundation
import FuzzTargets
import Testing

/// Every input that once broke something, or reaches far, is played again.
struct CorpusTests {
    private static func inputs(_ target: String) throws -> [URL] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appending(path: "Fuzz/corpus/\(target)")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    }

    @Test func messages() throws {
        for input in try Self.inputs("messages") {
            try Data(contentsOf: input).withUnsafeBytes { MessageFuzz.run($0) }
        }
    }

    @Test func rings() throws {
        for input in try Self.inputs("rings") {
            try Data(contentsOf: input).withUnsafeBytes { RingFuzz.run($0) }
        }
    }
}
