import Balloon
import ControlAPI
import Linux
import Testing
import VhostUser

/// A guest runs out of memory, or only seems to.
struct AlarmWireTests {
    /// A guest of 512 MiB that holds 256 MiB in its balloon, as asked.
    private func ballooned(_ house: House, features: BalloonFeatures = [.mustTellHost, .deflateOnOOM]) async throws
        -> TestGuest
    {
        let guest = try TestGuest(house.socket(), size: 512 << 20, low: 512 << 20)
        try await house.ask(balloon: 256 << 20)
        try guest.load(features)
        _ = try guest.awaitChange(within: 100_000_000)
        var asked = try guest.configuration().numPages
        for start in stride(from: 8192 as UInt32, to: 8192 + 65536, by: 256) {
            // Without statistics it is asked in small steps.
            while asked <= start - 8192 {
                try #require(try guest.awaitChange())
                asked = try guest.configuration().numPages
            }
            try guest.inflate((start..<start + 256).reversed())
            try guest.write(actual: start + 256 - 8192)
        }
        try await house.event(.targetReached)
        while try guest.awaitChange(within: 20_000_000) {}
        return guest
    }

    /// What Linux's notifier does: 256 pages out of the balloon, newest first; then `actual`.
    private func deflateOnOOM(_ guest: TestGuest, from page: UInt32) throws {
        try guest.deflate(page..<page + 256)
    }

    @Test func outOfMemoryLowersTheTarget() async throws {
        try await House.with { house in
            let guest = try await ballooned(house)
            try deflateOnOOM(guest, from: 8192)
            let acknowledged = MonotonicClock.now()
            try guest.front.writeConfiguration(TestGuest.bytes([65536, 65280, 0, 0]))
            #expect(try guest.awaitChange())
            let told = MonotonicClock.now()
            print("alarm: \((told - acknowledged) / 1000) us from the returned deflation to the configuration change")
            #expect(told - acknowledged < 1_000_000_000)
            // A large step, so that the driver's worker gives back in bulk.
            #expect(try guest.configuration().numPages <= 65536 - 16384)
            try await house.event(.alarm)
            let status = try await house.status()
            #expect(status.state == .alarm)
            #expect(status.counters.alarms == 1)
            #expect(status.counters.unsolicitedBytes.bytes == 256 * 4096)
            #expect(status.requested?.bytes == 256 << 20)
            #expect(status.features.first { $0.name == "deflate-on-oom" }?.seen == true)
        }
    }

    /// The deflation is returned though nobody writes `actual` afterwards, and though messages wait.
    @Test func deflationIsReturnedFirst() async throws {
        try await House.with { house in
            let guest = try await ballooned(house)
            for round in 0..<20 as Range<UInt32> { try guest.deflate([8192 + round]) }
            #expect(try await house.status().held.bytes == (256 << 20) - 20 * TestGuest.page)
        }
    }

    /// Unloading gives all pages back first, and looks like a starving guest until the driver is gone.
    @Test func unloadIsNoAlarm() async throws {
        try await House.with { house in
            let guest = try await ballooned(house)
            for start in stride(from: 8192 as UInt32, to: 8192 + 65536, by: 256) {
                try guest.deflate(start..<start + 256)
            }
            try guest.write(actual: 0)
            #expect(try !guest.awaitChange(within: 100_000_000))
            try guest.stop()
            #expect(try !guest.awaitChange(within: 50_000_000))
            #expect(house.count(.alarm) == 0)
            #expect(try await house.status().counters.alarms == 0)
        }
    }

    @Test func deflatingAsAskedIsNoAlarm() async throws {
        try await House.with { house in
            let guest = try await ballooned(house)
            try await house.ask(balloon: 128 << 20)
            #expect(try guest.awaitChange())
            #expect(try guest.configuration().numPages == 32768)
            for start in stride(from: 8192 as UInt32, to: 8192 + 32768, by: 256) {
                try guest.deflate(start..<start + 256)
                try guest.write(actual: 65536 - (start + 256 - 8192))
            }
            #expect(try await house.status().state == .settled)
            #expect(house.count(.alarm) == 0)
        }
    }

    /// Compaction moves a ballooned page: one in, one out, and `actual` is not written (drivers.md).
    @Test func compactionIsNoAlarm() async throws {
        try await House.with { house in
            let guest = try await ballooned(house)
            for round in 0..<50 as Range<UInt32> {
                try guest.inflate([100_000 + round])
                try guest.deflate([8192 + round])
            }
            try guest.write(actual: 65536)
            #expect(try !guest.awaitChange(within: 50_000_000))
            #expect(house.count(.alarm) == 0)
            #expect(try await house.status().held.bytes == 256 << 20)
        }
    }

    /// The driver acts on an old target that it has not read again yet.
    @Test func raisedTargetIsNoAlarm() async throws {
        try await House.with { house in
            let guest = try await ballooned(house)
            try await house.ask(balloon: 200 << 20)
            #expect(try guest.awaitChange())
            _ = try guest.configuration()
            try await house.ask(balloon: 256 << 20)
            try guest.deflate(8192..<8192 + 256)
            try guest.write(actual: 65280)
            #expect(house.count(.alarm) == 0)
        }
    }
}
