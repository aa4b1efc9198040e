import Balloon
import ControlAPI
import Linux
import Testing
import VhostUser

/// What a deflation means, with every driver of which it is known how it gives back: only one that is out of memory is an alarm.
struct DeflationWireTests {
    /// How a driver moves its pages.
    struct Driver: Sendable, CustomTestStringConvertible {
        var name: String
        var features: BalloonFeatures
        /// Pages of a message.
        var piece: UInt32 = 256
        /// A guest's page.
        var page: UInt32 = 1
        /// Gives back whole pieces only, and refills what was too much.
        var isCoarse = false
        /// Each entry is followed by zero.
        var isWide = false
        /// Writes `actual` after each message; otherwise at the end only.
        var tellsEach = false
        var testDescription: String { name }
    }

    static let drivers = [
        Driver(name: "Linux with DEFLATE_ON_OOM", features: [.mustTellHost, .deflateOnOOM]),
        Driver(name: "Linux", features: [.mustTellHost]),
        Driver(name: "Linux with pages of 16 KiB", features: [.mustTellHost, .deflateOnOOM], page: 4),
        Driver(name: "Linux with pages of 64 KiB", features: [.mustTellHost, .deflateOnOOM], page: 16),
        Driver(name: "rounds down to 64 KiB", features: [.mustTellHost, .deflateOnOOM], piece: 16, isCoarse: true),
        Driver(name: "FreeBSD", features: [.mustTellHost], tellsEach: true),
        Driver(name: "OpenBSD", features: [.mustTellHost], tellsEach: true),
        Driver(name: "NetBSD", features: [], tellsEach: true),
        Driver(name: "Windows", features: [], piece: 512, isCoarse: true, isWide: true),
        Driver(name: "nanos", features: [.mustTellHost, .deflateOnOOM], isCoarse: true),
        Driver(name: "OSv", features: [.mustTellHost, .deflateOnOOM]),
    ]

    /// A guest whose driver gives and takes.
    private final class Guest {
        let wire: TestGuest
        let driver: Driver
        private(set) var held: UInt32 = 0
        private static let first: UInt32 = 4096

        init(_ house: House, _ driver: Driver) throws {
            wire = try TestGuest(house.socket(), low: 64 << 20)
            self.driver = driver
        }

        func load() throws {
            held = 0
            try wire.load(driver.features)
        }

        var target: UInt32 { get throws { try wire.configuration().numPages } }

        private func send(_ pages: Range<UInt32>, inflating: Bool) throws {
            let entries = driver.isWide ? pages.flatMap { [$0, 0] } : Array(pages)
            if inflating { try wire.inflate(entries) } else { try wire.deflate(entries) }
            if driver.tellsEach { try wire.write(actual: held) }
        }

        private func inflate(_ count: UInt32) throws {
            held += count
            try send(Self.first + held - count..<Self.first + held, inflating: true)
        }

        private func deflate(_ count: UInt32) throws {
            held -= count
            try send(Self.first + held..<Self.first + held + count, inflating: false)
        }

        /// What the driver's worker does when it is told of a target.
        func follow() throws {
            let target = try (target + driver.page - 1) / driver.page * driver.page
            while held < target { try inflate(min(driver.piece, target - held)) }
            while held > target {
                try deflate(driver.isCoarse ? min(driver.piece, held) : min(driver.piece, held - target))
            }
            while held < target { try inflate(min(driver.piece, target - held)) }
            try wire.write(actual: held)
        }

        /// What it does before it is unloaded, suspended or, where it does, shut down.
        func leave() throws {
            while held > 0 { try deflate(min(driver.piece, held)) }
            try wire.write(actual: 0)
            try wire.stop()
        }

        /// What Linux's notifier does.
        func runOutOfMemory() throws {
            try deflate(min(256, held))
            try wire.write(actual: held)
        }
    }

    private func isWell(_ house: House, _ location: SourceLocation = #_sourceLocation) async throws {
        #expect(house.count(.alarm) == 0, sourceLocation: location)
        #expect(house.count(.holdOff) == 0, sourceLocation: location)
        #expect(house.count(.stalled) == 0, sourceLocation: location)
        let status = try await house.status()
        #expect(status.problems == [], sourceLocation: location)
        #expect(status.counters.alarms == 0, sourceLocation: location)
        #expect(![.alarm, .holdOff, .stalled].contains(status.state), sourceLocation: location)
    }

    /// An operator's `set` to a lower target, at all sorts of distances.
    @Test(arguments: drivers)
    func lowerTarget(driver: Driver) async throws {
        try await House.with { house in
            let guest = try Guest(house, driver)
            try await house.ask(balloon: 8 << 20)
            try guest.load()
            try guest.follow()
            for pages in [2047, 2040, 1500, 1499, 999, 256, 1, 0] as [UInt64] {
                try await house.ask(balloon: pages * TestGuest.page)
                try guest.follow()
                let status = try await house.status { $0.state == .settled }
                #expect(status.held.bytes / TestGuest.page >= pages)
                #expect(status.held.bytes / TestGuest.page < pages + 16)
            }
            try await isWell(house)
        }
    }

    /// Unloading, suspending, and going on with a driver that begins anew, at every size of balloon.
    @Test(arguments: drivers, [16, 256, 512, 768, 2048] as [UInt64])
    func leavingAndComingBack(driver: Driver, pages: UInt64) async throws {
        try await House.with { house in
            let guest = try Guest(house, driver)
            try await house.ask(balloon: pages * TestGuest.page)
            try guest.load()
            try guest.follow()
            for _ in 0..<2 {
                try guest.leave()
                var status = try await house.status()
                #expect(status.held == 0)
                #expect(status.state == .idle)
                #expect(status.reason == "no driver runs")
                try await isWell(house)
                try guest.load()
                #expect(try guest.target == UInt32(pages))
                try guest.follow()
                status = try await house.status { $0.state == .settled }
                #expect(status.held.bytes >= pages * TestGuest.page)
            }
            try guest.leave()
            try guest.wire.front.hangUp()
            try await house.event(.disconnected)
            try await isWell(house)
        }
    }

    /// A driver that leaves is not asked to fill its balloon again, even if that is slow.
    @Test(arguments: drivers)
    func slowlyLeaving(driver: Driver) async throws {
        try await House.with { house in
            let guest = try Guest(house, driver)
            try await house.ask(balloon: 256 * TestGuest.page)
            try guest.load()
            try guest.follow()
            while try guest.wire.awaitChange(within: 20_000_000) {}
            try guest.wire.deflate(driver.isWide ? (4096..<4352).flatMap { [$0, 0] } : Array(4096..<4352))
            try guest.wire.write(actual: 0)
            #expect(try !guest.wire.awaitChange(within: 200_000_000))
            try guest.wire.stop()
            try await Task.sleep(for: .milliseconds(600))
            try await isWell(house)
        }
    }

    /// With its last MiB a guest that is really out of memory is told from one that leaves by staying.
    @Test func emptiedAndStays() async throws {
        try await House.with { house in
            let guest = try Guest(house, Self.drivers[0])
            try await house.ask(balloon: 256 * TestGuest.page)
            try guest.load()
            try guest.follow()
            try guest.runOutOfMemory()
            try await house.event(.alarm, within: .seconds(5))
            try guest.wire.stop()
            var status = try await house.status()
            #expect(status.state == .idle)
            #expect(status.reason == "no driver runs")
            try guest.wire.front.hangUp()
            try await house.event(.disconnected)
            status = try await house.status()
            #expect(status.state == .idle)
            #expect(status.target == 0)
            #expect(status.problems == [])
        }
    }

    /// No state, no problem and no target stays of a machine that is gone; what was asked for stays.
    @Test(arguments: [nil, 1 << 30] as [UInt64?])
    func nothingStaysOfAMachine(budget: UInt64?) async throws {
        try await House.with(budget: budget, edit: { $0.max = ByteSize(64 << 20) }) { house in
            let guest = try Guest(house, Self.drivers[0])
            try await house.ask(balloon: 8 << 20)
            try guest.load()
            try guest.follow()
            for _ in 0..<3 { try guest.runOutOfMemory() }
            try await house.event(.alarm)
            try guest.wire.front.hangUp()
            try await house.event(.disconnected)
            let status = try await house.status()
            #expect(status.state == .idle)
            #expect(status.reason == "no driver runs")
            #expect(status.target == 0)
            #expect(status.requested == ByteSize(8 << 20))
            #expect(status.retrySeconds == nil)
            #expect(status.problems == [])
            // The next one is asked at once.
            let next = try Guest(house, Self.drivers[0])
            try next.load()
            let started = try await house.status { $0.link == .driverReady }
            #expect(started.state == .inflating)
        }
    }

    /// Without DEFLATE_ON_OOM going below the target is told for what it is, once, and nothing is given.
    @Test(arguments: [nil, 1 << 30] as [UInt64?])
    func withoutTheFeature(budget: UInt64?) async throws {
        try await House.with(budget: budget, edit: { $0.max = ByteSize(64 << 20) }) { house in
            let guest = try Guest(house, Self.drivers[5])
            try await house.ask(balloon: 8 << 20)
            try guest.load()
            try guest.follow()
            for _ in 0..<3 { try guest.runOutOfMemory() }
            try await house.event(.tookBack)
            let status = try await house.status { $0.held == ByteSize((8 << 20) - (3 << 20)) }
            #expect(status.target == ByteSize(8 << 20))
            #expect(status.reason.contains("without DEFLATE_ON_OOM"))
            #expect(house.count(.tookBack) == 1)
            try await isWell(house)
        }
    }

    /// Compaction while the balloon is below its target: what counts is by how much less is held.
    @Test func compactionBelowTheTarget() async throws {
        try await House.with { house in
            let guest = try Guest(house, Self.drivers[0])
            try await house.ask(balloon: 8 << 20)
            try guest.load()
            let wire = guest.wire
            _ = try guest.target
            try wire.inflate(4096..<4096 + 1024)
            try wire.write(actual: 1024)
            for round in 0..<100 as Range<UInt32> {
                // In either order.
                if round.isMultiple(of: 2) {
                    try wire.inflate([8192 + round])
                    try wire.deflate([4096 + round])
                } else {
                    try wire.deflate([4096 + round])
                    try wire.inflate([8192 + round])
                }
            }
            try wire.write(actual: 1024)
            #expect(try await house.status().held.bytes == 4 << 20)
            try await isWell(house)
        }
    }
}
