import Balloon
import Testing

@Suite struct ConfigurationTests {
    @Test("spec L2: the fields are little-endian words at 0, 4, 8 and 12")
    func layout() {
        var configuration = BalloonConfiguration()
        configuration.numPages = 0x0302_0100
        configuration.actual = 0x0706_0504
        configuration.freePageHintCommandID = 0x0b0a_0908
        configuration.poisonValue = 0x0f0e_0d0c
        #expect((0..<16).map { configuration[byte: $0] } == Array(0..<16))
        for offset in [16, 17, 4096, Int.max, -1, Int.min] { #expect(configuration[byte: offset] == 0) }
    }

    @Test("spec L5: a write of any length at any place changes the bytes that it meets, and no other")
    func overlay() {
        let field: [UInt8] = [0x11, 0x22, 0x33, 0x44]
        for fieldOffset in [0, 4, 8, 12] {
            for offset in 0...20 {
                for count in 0...20 {
                    let bytes = (0..<count).map { UInt8(0x80 + $0) }
                    var model = field
                    var isTouched = false
                    for index in 0..<count where (fieldOffset..<fieldOffset + 4).contains(offset + index) {
                        model[offset + index - fieldOffset] = bytes[index]
                        isTouched = true
                    }
                    let expected = model.reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
                    let result = bytes.withUnsafeBytes {
                        BalloonConfiguration.overlay(0x4433_2211, at: fieldOffset, with: $0, writtenAt: offset)
                    }
                    guard result != (isTouched ? expected : nil) else { continue }
                    Issue.record("field \(fieldOffset), \(count) bytes at \(offset): \(String(describing: result))")
                }
            }
        }
    }

    @Test("a write far away meets nothing", arguments: [Int.max, Int.min, -4, 1 << 40])
    func farAway(offset: Int) {
        let result = [1, 2, 3, 4 as UInt8].withUnsafeBytes {
            BalloonConfiguration.overlay(7, at: 0, with: $0, writtenAt: offset)
        }
        #expect(result == nil)
    }
}
