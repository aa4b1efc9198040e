import Foundation
import FuzzTargets
import TestSupport
import Testing
import Virtio

/// Every input that once broke something, or reaches far, is played again, as it is and with a few bytes changed.
struct CorpusTests {
    private static func inputs(_ target: String) throws -> [[UInt8]] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appending(path: "Fuzz/corpus/\(target)")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.sorted { $0.path < $1.path }.map { [UInt8](try Data(contentsOf: $0)) }
    }

    @Test func messages() throws {
        for input in try Self.inputs("messages") { input.withUnsafeBytes { MessageFuzz.run($0) } }
    }

    @Test func functions() throws {
        for input in try Self.inputs("functions") { input.withUnsafeBytes { FunctionFuzz.run($0) } }
    }

    @Test func rings() throws {
        for input in try Self.inputs("rings") { input.withUnsafeBytes { RingFuzz.run($0) } }
    }

    @Test func packedRings() throws {
        for input in try Self.inputs("packed") { input.withUnsafeBytes { RingFuzz.run($0, kind: .packed) } }
    }

    @Test(arguments: SeededGenerator.seeds(4))
    func changedPackedRings(seed: UInt64) throws {
        try Self.change("packed", seed) { RingFuzz.run($0, kind: .packed) }
    }

    @Test(arguments: SeededGenerator.seeds(4))
    func changedMessages(seed: UInt64) throws {
        try Self.change("messages", seed) { MessageFuzz.run($0) }
    }

    @Test(arguments: SeededGenerator.seeds(4))
    func changedFunctions(seed: UInt64) throws {
        try Self.change("functions", seed) { FunctionFuzz.run($0) }
    }

    @Test(arguments: SeededGenerator.seeds(4))
    func changedRings(seed: UInt64) throws {
        try Self.change("rings", seed) { RingFuzz.run($0) }
    }

    private static func change(_ target: String, _ seed: UInt64, _ run: (UnsafeRawBufferPointer) -> Void) throws {
        var random = SeededGenerator(seed: seed)
        let inputs = try inputs(target)
        for _ in 0..<200 {
            var input = random.pick(inputs)
            for _ in 0..<random.number(1...6) {
                input[random.number(0...input.count - 1)] =
                    random.oneIn(2) ? random.number(0...255) : random.pick([0, 1, 255])
            }
            input.withUnsafeBytes(run)
        }
    }
}
