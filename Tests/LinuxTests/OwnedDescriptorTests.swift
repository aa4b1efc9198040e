import Glibc
import Linux
import SystemPackage
import Testing

@Suite struct OwnedDescriptorTests {
    /// Nobody holds the writing end any more. (A closed number may be another test's descriptor at once, so the other
    /// end is asked.)
    private func isEnded(_ reading: CInt) -> Bool {
        var byte: UInt8 = 0
        return read(reading, &byte, 1) == 0
    }

    private func readingEnd(keeping copy: inout OwnedDescriptor?) throws -> OwnedDescriptor {
        let pipe = try Pipe()
        copy = try pipe.writing.duplicate()
        return try pipe.reading.duplicate()
    }

    @Test("a descriptor is closed when its owner goes away, and a duplicate is another one")
    func closed() throws {
        var copy: OwnedDescriptor?
        let reading = try readingEnd(keeping: &copy)
        #expect(!isEnded(reading.raw), "the duplicate keeps the pipe open")
        copy = nil
        #expect(isEnded(reading.raw))
    }

    @Test("a duplicate is close-on-exec")
    func closeOnExec() throws {
        let copy = try Pipe().reading.duplicate()
        #expect(isCloseOnExec(copy.raw))
    }

    @Test("a released descriptor stays open")
    func release() throws {
        var copy: OwnedDescriptor?
        let reading = try readingEnd(keeping: &copy)
        let raw = copy.take()?.release() ?? -1
        #expect(!isEnded(reading.raw))
        close(raw)
        #expect(isEnded(reading.raw))
    }

    @Test("the result of a failed call is thrown with its errno")
    func failure() {
        #expect(throws: SystemError("open", .noSuchFileOrDirectory)) {
            _ = try OwnedDescriptor(open("/nonexistent/file", O_RDONLY), from: "open")
        }
        #expect(SystemError("open", .noSuchFileOrDirectory).description == "open: No such file or directory")
    }
}
