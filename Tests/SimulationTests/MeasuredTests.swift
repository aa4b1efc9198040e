import Testing

@testable import Simulation

/// The model against what was measured on real guests (one run each, Linux 6.1 under emulation).
struct MeasuredTests {
    @Test func `without a balloon the program takes 2.95 s and the reader goes on`() {
        var guest = LabGuest()
        guest.balloon = 0
        let result = guest.run(StaticSplit.self)
        print(result)
        #expect(result.kills == 0)
        #expect(abs(result.seconds / 2.95 - 1) < 0.05)
        #expect(result.readsAfter > 2_500_000)
    }

    @Test func `deflate-on-oom alone saves the program and loses the reader`() {
        let result = LabGuest().run(DeflateOnOOMAlone.self)
        print(result)
        #expect(result.kills == 0)
        // Measured: 3.90 s, 1,504 reads a second after, 391 MiB left in the balloon.
        #expect(abs(result.seconds / 3.90 - 1) < 0.1)
        #expect(abs(result.readsAfter / 1504 - 1) < 0.25)
        #expect(abs(result.balloon - 391) < 20)
    }

    @Test func `an alarm that lowers the target to 0 saves both`() {
        let result = LabGuest().run(AlarmToZero.self)
        print(result)
        #expect(result.kills == 0)
    }

    @Test func `without deflate-on-oom the program is killed`() {
        let result = LabGuest().run(StaticSplit.self)
        print(result)
        #expect(result.kills == 1)
    }

    @Test func `7.3`() {
        var guest = LabGuest()
        guest.taken = 0
        guest.kernel = 350
        let result = guest.run(DeflateOnOOMAlone.self)
        print(result)
    }

    @Test func `no files: 436 messages`() {
        var guest = LabGuest()
        guest.files = 0
        guest.balloon = 700
        guest.taken = 600
        let result = guest.run(DeflateOnOOMAlone.self)
        print(result)
    }
}
