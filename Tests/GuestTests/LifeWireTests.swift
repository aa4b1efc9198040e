import ConformanceChecks
import Balloon
import CLinux
import ControlAPI
import Linux
import Service
import Testing
import VhostUser

/// Starts, stops, pauses, resets, and connections that come and go.
struct LifeWireTests {
    private let quiet: UInt64 = 100_000_000

    /// QEMU dies of a configuration change while its device is not started.
    @Test func noChangeIsToldWhileStopped() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try await house.ask(balloon: 1 << 20)
            #expect(try !guest.awaitChange(within: quiet))
            try guest.load([.mustTellHost])
            // The driver reads its target as it loads; being told of it does no harm.
            _ = try guest.awaitChange(within: quiet)
            #expect(try guest.configuration().numPages == 256)
            try await house.ask(balloon: 2 << 20)
            #expect(try guest.awaitChange())
            let bases = try guest.stop()
            try await house.ask(balloon: 3 << 20)
            #expect(try !guest.awaitChange(within: quiet))
            try guest.resume(bases)
            _ = try guest.awaitChange(within: quiet)
            #expect(try guest.configuration().numPages == 768)
            // Only some queues are disabled yet: the stop has begun.
            try guest.front.enable(0, false)
            _ = try guest.front.ask(.getFeatures)
            try await house.ask(balloon: 4 << 20)
            #expect(try !guest.awaitChange(within: quiet))
        }
    }

    /// The stop lies in the socket behind the write that would raise an alarm.
    @Test func stopBehindAWriteIsSeenFirst() async throws {
        try await House.with { house in
            for round in 0..<10 {
                let guest = try TestGuest(house.socket())
                try await house.ask(balloon: 8 << 20)
                try guest.load([.mustTellHost, .deflateOnOOM])
                #expect(try guest.configuration().numPages == 2048)
                try guest.inflate((0..<2048).map { 4096 + $0 })
                try guest.write(actual: 2048)
                while try guest.awaitChange(within: quiet / 10) {}
                let sequence = house.events.newest
                try guest.deflate((0..<256).map { 4096 + $0 })
                var bytes: [UInt8] = TestGuest.bytes([25, 1, 12 + 16, 0, 16, 0, 0, 1792, 0, 0])
                for queue in 0..<2 as Range<UInt32> { bytes += TestGuest.bytes([18, 1, 8, queue, 0]) }
                for queue in 0..<2 as Range<UInt32> { bytes += TestGuest.bytes([11, 1, 8, queue, 0]) }
                try guest.front.send(bytes: bytes)
                _ = try guest.front.awaitAnswer(to: .getVringBase)
                _ = try guest.front.awaitAnswer(to: .getVringBase)
                #expect(try !guest.awaitChange(within: quiet / 2), "round \(round)")
                try await house.event(.driverGone, after: sequence)
                try guest.front.hangUp()
                try await house.event(.disconnected, after: sequence)
            }
        }
    }

    @Test func freshDriverStartsEmpty() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try guest.load()
            try guest.offerStatistics([.freeMemory: 1])
            try guest.inflate((0..<300).map { 4096 + $0 })
            try guest.write(actual: 300)
            try guest.stop()
            // QEMU's system_reset: the next driver begins at 0, with other features.
            try guest.load([.mustTellHost])
            let status = try await house.status()
            #expect(status.held == 0)
            #expect(status.reported == 0)
            #expect(status.statistics.values.isEmpty)
            #expect(try guest.configuration().actual == 0)
            #expect(house.count(.driverReady) == 2)
            #expect(house.count(.resumed) == 0)
            try guest.inflate([5000])
        }
    }

    @Test func secondMachineIsTurnedAway() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try guest.load()
            try guest.inflate([5000])
            for _ in 0..<5 {
                let second = try VhostUserFrontEnd(path: house.socket())
                #expect(try second.awaitClose())
            }
            try guest.inflate([5001])
            let status = try await house.status()
            #expect(status.held.bytes == 2 * TestGuest.page)
            #expect(status.link == .driverReady)
        }
    }

    /// A machine is started again right after it ended: the new connection is not taken for a second one.
    @Test func reconnectsAtOnce() async throws {
        try await House.with { house in
            for round in 0..<30 {
                let guest = try TestGuest(house.socket())
                if round % 2 == 0 {
                    try guest.load()
                    try guest.inflate([5000])
                    #expect(try await house.status().held.bytes == TestGuest.page)
                }
                try guest.front.hangUp()
            }
            #expect(house.count(.connected) == 30)
        }
    }

    /// A huge request is at hand when the machine goes: the next machine does not get its answer.
    @Test func unfinishedRequestDiesWithItsMachine() async throws {
        try await House.with { house in
            for _ in 0..<3 {
                let guest = try TestGuest(house.socket(), size: 64 << 20)
                try guest.load([.mustTellHost])
                #expect(try await house.status().held == 0)
                // 40 MiB of page numbers: this takes hundreds of steps.
                try guest.touch(8192 - 10..<8192)
                let ring = try guest.ring(.inflate)
                for index in 0..<8 as Range<UInt16> {
                    try ring.describe(
                        index, address: 0x20_0000, length: 24 << 20, flags: index == 7 ? 0 : RawRing.Flags.next,
                        next: index + 1)
                }
                try ring.offer(0)
                // It is at work when the answer comes.
                _ = try guest.front.ask(.getFeatures)
                try guest.front.hangUp()

                let next = try TestGuest(house.socket())
                try next.load([.mustTellHost])
                try next.inflate([6000])
                #expect(try next.ring(.inflate).returned == 0)
                #expect(try await house.status().held.bytes == TestGuest.page)
                try next.front.hangUp()
            }
        }
    }

    /// The same, with a pause: the request is taken again from its start.
    @Test func unfinishedRequestOutlivesAPause() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket(), size: 64 << 20)
            try guest.load([.mustTellHost])
            let ring = try guest.ring(.inflate)
            try ring.describe(0, address: 0x20_0000, length: 16 << 20, flags: RawRing.Flags.next, next: 1)
            try ring.fill(TestGuest.bytes([7000]))
            try ring.describe(1, address: ring.buffer, length: 4)
            try ring.offer(0)
            let bases = try guest.stop()
            #expect(bases == [0, 0] || bases == [1, 0])
            try guest.resume(bases)
            #expect(try ring.awaitHeads() == [0])
            #expect(try ring.returned == 0)
            #expect(try await house.status().held.bytes == TestGuest.page)
        }
    }

    @Test func memoryComesAndGoesWhileRunning() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try guest.load([.mustTellHost])
            try guest.inflate([4096, TestGuest.high, TestGuest.high + 1])
            try guest.front.remove(guest.memory.regions[1])
            #expect(try await house.status().held.bytes == TestGuest.page)
            #expect(try await house.status().max?.bytes == 32 << 20)
            try guest.inflate([TestGuest.high])
            #expect(try await house.status().held.bytes == TestGuest.page)
            // The rings' region goes and comes back, with a request in the ring.
            try guest.front.remove(guest.memory.regions[0])
            try guest.ring(.inflate).post(TestGuest.bytes([4097]))
            _ = try guest.front.ask(.getFeatures)
            try guest.front.add(guest.memory.regions[0], of: guest.memory.file)
            #expect(try guest.ring(.inflate).awaitHeads() == [0])
        }
    }

    @Test func resetOfTheOwnerEndsTheDriver() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try guest.load()
            try guest.inflate([4096])
            try guest.front.tell(.resetOwner, isAwaited: true)
            #expect(try await house.status().link == .connected)
            try guest.stop()
            try guest.load()
            #expect(try await house.status().held == 0)
        }
    }
}
