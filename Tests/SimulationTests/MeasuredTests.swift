import Testing

@testable import Simulation

/// The model against what was measured on real guests of 1 GiB: Linux 6.1 under emulation, one run each.
struct MeasuredTests {
    @Test func `without a balloon the program takes 2.95 s and the reader goes on`() {
        var guest = LabGuest()
        guest.balloon = 0
        let result = guest.run(StaticSplit.self)
        #expect(result.kills == 0)
        #expect(abs(result.seconds / 2.95 - 1) < 0.05)
        // Measured: 2,484,000 and 2,659,000 reads a second.
        #expect(abs(result.readsWhile / 2_484_000 - 1) < 0.1)
        #expect(abs(result.readsAfter / 2_659_000 - 1) < 0.05)
    }

    @Test func `deflate-on-oom alone saves the program and loses the reader`() {
        let result = LabGuest().run(DeflateOnOOMAlone.self)
        #expect(result.kills == 0)
        // Measured: 3.90 s; 1,504 reads a second after; 391 MiB left in the balloon.
        #expect(abs(result.seconds / 3.90 - 1) < 0.05)
        #expect(abs(result.readsAfter / 1504 - 1) < 0.15)
        #expect(abs(result.balloon - 391) <= 10)
        // Measured twice, far apart: 8,295 and 117,000 reads a second while it takes. The model is the slower one.
        #expect((3_000...12_000).contains(result.readsWhile))
    }

    @Test func `an alarm that lowers the target to 0 saves both`() {
        let result = LabGuest().run(AlarmToZero.self)
        #expect(result.kills == 0)
        #expect(result.balloon == 0)
        // Measured: 3.47 s, and 1,242,000 reads a second after, rising (1,093,793 in another run).
        #expect(abs(result.seconds / 3.47 - 1) < 0.2)
        #expect(abs(result.readsAfter / 1_242_000 - 1) < 0.2)
    }

    @Test func `without deflate-on-oom the program is killed`() {
        #expect(LabGuest().run(StaticSplit.self).kills == 1)
    }

    @Test func `Linux 7.3 is on its knees before any program starts and no page is taken back`() {
        var guest = LabGuest()
        guest.taken = 0
        // Fitted: why the cache has so much less room there is not known.
        guest.kernel = 350
        let result = guest.run(DeflateOnOOMAlone.self)
        #expect(result.balloon == 600)
        // Measured: 2,463 reads a second.
        #expect(abs(result.readsAfter / 2463 - 1) < 0.3)
        var simulator = guest.simulator(DeflateOnOOMAlone.self, seconds: 10)
        let outcome = simulator.run()
        #expect(outcome.unsolicited == 0)
        #expect(simulator.guests[0].majorFaults > 10_000)
        guest.balloon = 0
        // Measured after the rescue: 3,481,000, where no balloon has 2,659,000 on 6.1.
        #expect(guest.run(DeflateOnOOMAlone.self).readsAfter > 2_500_000)
    }

    @Test func `without files 436 messages of 1 MiB save the program`() {
        var guest = LabGuest()
        guest.files = 0
        guest.balloon = 700
        guest.taken = 600
        let result = guest.run(DeflateOnOOMAlone.self)
        #expect(result.kills == 0)
        // Measured: 4.1 s; 436 messages, which leaves 264 MiB.
        #expect(abs(result.seconds / 4.1 - 1) < 0.05)
        #expect(abs(result.balloon - 264) < 20)
    }

    @Test func `a program that asks for more than there is drains the balloon and is killed`() {
        var guest = LabGuest()
        guest.files = 0
        guest.balloon = 700
        guest.taken = 600
        var simulator = guest.simulator(DeflateOnOOMAlone.self, seconds: 60)
        simulator.guests[0].wantedBurst = 0
        simulator.grow(burst: 1200)
        let outcome = simulator.run()
        #expect(outcome.kills == 1)
        #expect(simulator.guests[0].held == 0)
    }

    @Test func `512 MiB are inflated in 0.9 s and a guest that cannot give sends no statistics`() {
        var guest = SimulatedGuest(
            GuestSetup(name: "one", max: 1024 * PageUnit.mebibyte, kernel: 144 * PageUnit.mebibyte), deflatesOnOOM: true
        )
        guest.interrupt(target: 512 * PageUnit.mebibyte)
        var ticks = 0
        while guest.isChasing, ticks < 1000 {
            _ = guest.step(1, now: ticks, ModelTuning())
            ticks += 1
        }
        #expect(abs(VirtualTime.seconds(ticks) - 0.9) < 0.05)
        guest.interrupt(target: 1024 * PageUnit.mebibyte)
        for _ in 0..<200 {
            _ = guest.step(1, now: ticks, ModelTuning())
            ticks += 1
        }
        #expect(guest.isOutOfPuff)
        #expect(guest.free <= ModelTuning().leastFree)
    }
}
