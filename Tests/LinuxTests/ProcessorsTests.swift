import Foundation
import Linux
import Testing

/// What a thread asks for concerns that thread alone.
@Suite struct ProcessorsTests {
    /// Of the calling thread (proc(5): the 19th field of stat, the 17th behind its name).
    private static func niceness() throws -> Int {
        let text = try String(contentsOfFile: "/proc/thread-self/stat", encoding: .utf8)
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        return try #require(Int(fields[16]))
    }

    @Test("a thread that yields its priority is nicer, and no other is")
    func niceness() throws {
        let before = try Self.niceness()
        let done = DispatchSemaphore(value: 0)
        nonisolated(unsafe) var outcome: Result<Int, any Error>?
        Thread.detachNewThread {
            outcome = Result {
                try Processors.yieldPriority(niceness: 5)
                return try Self.niceness()
            }
            done.signal()
        }
        done.wait()
        #expect(try outcome?.get() == min(19, before + 5))
        #expect(try Self.niceness() == before)
    }
}
