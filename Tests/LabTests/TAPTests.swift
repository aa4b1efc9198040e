import Testing

@testable import Lab

/// Reading a tester's report.
struct TAPTests {
    @Test func lines() throws {
        let passed = try #require(TAPLine("ok 3 - spec V4: a \\# and a \\\\"))
        #expect(passed.number == 3 && passed.isOK && passed.skip == nil)
        #expect(passed.title == "spec V4: a # and a \\")
        let skipped = try #require(TAPLine("ok 4 - spec V6: it holds # SKIP free-page-hint is not offered"))
        #expect(skipped.title == "spec V6: it holds")
        #expect(skipped.skip == "free-page-hint is not offered")
        #expect(TAPLine("not ok 5 - spec V7: it holds")?.isOK == false)
        #expect(TAPLine.message(#"  message: "it \"broke\"""#) == #"it "broke""#)
        for line in ["", "TAP version 14", "ok", "ok x - y", "  ---", "1..3"] { #expect(TAPLine(line) == nil) }
    }

    @Test func reportThatEndsEarly() {
        var reader = TAPReader("device")
        for line in ["TAP version 14", "1..3", "ok 1 - a: b", "not ok 2 - c: d", "  ---", "  message: \"e\"", "  ..."] {
            reader.read(line)
        }
        let result = reader.finish("QEMU exited with 1")
        #expect(result.fault == "the tester ended after 2 of 3 checks: QEMU exited with 1")
        #expect(result.departures == ["c: d"])
        #expect(result.outcomes["c: d"]?.reason == "e")
    }

    @Test func reportThatIsWhole() {
        var reader = TAPReader("device")
        for line in ["1..1", "ok 1 - a: b # SKIP not offered"] { reader.read(line) }
        let result = reader.finish("")
        #expect(result.fault == nil)
        #expect(result.count(.skipped) == 1)
    }

    @Test func bailOut() {
        var reader = TAPReader("device")
        reader.read("Bail out! no virtio balloon was found")
        #expect(reader.finish("").fault == "Bail out! no virtio balloon was found")
    }
}
