import ConformanceChecks
import Balloon
import ControlAPI
import Glibc
import Linux
import Service
import Testing
import VfioUser
import VhostUser
import Virtio

/// A guest over vfio-user, on a real socket.
struct VfioUserWireTests {
    private func withGuest(_ body: (House, VfioGuest) async throws -> Void) async throws {
        try await House.with(edit: { $0.door = .vfioUser }) { house in
            try await body(house, try VfioGuest(house.socket()))
        }
    }

    @Test func inflatingFreesMemory() async throws {
        try await withGuest { house, guest in
            try guest.load()
            let pages = Array((4096..<4352) as Range<UInt32>)
            try guest.memory.pointer(to: 4096 << 12, count: 1 << 20).initializeMemory(
                as: UInt8.self, repeating: 1, count: 1 << 20)
            try guest.ring(.inflate).fill(TestGuest.bytes(pages))
            let before = try guest.memory.file.allocatedBytes()
            try guest.inflate(pages.reversed())
            try guest.write(actual: 256)
            #expect(try guest.actual() == 256)
            let status = try await house.settled()
            #expect(try before - guest.memory.file.allocatedBytes() == 1 << 20)
            #expect(status.held.bytes == 1 << 20 && status.reported.bytes == 1 << 20)
            #expect(status.door == .vfioUser && status.link == .driverReady)
            #expect(status.max?.bytes == 64 << 20 && status.problems.isEmpty)
            try guest.deflate(pages)
            #expect(try await house.status().held == 0)
        }
    }

    @Test(arguments: [
        VirtioFeatures.version1, VirtioFeatures.version1 | VirtioFeatures.eventIndex, TestGuest.transport,
    ])
    func notifications(transport: UInt64) async throws {
        try await withGuest { house, guest in
            try guest.load(transport: transport)
            for round in 0..<300 as Range<UInt32> { try guest.inflate([4096 + round]) }
            #expect(try await house.status().held.bytes == 300 * TestGuest.page)
        }
    }

    /// The specification's walk: an unasked deflation, `actual`, and a lower target by an interrupt.
    @Test func outOfMemoryLowersTheTarget() async throws {
        try await withGuest { house, guest in
            try await house.ask(balloon: 16 << 20)
            try guest.load([.mustTellHost, .deflateOnOOM])
            #expect(try guest.numPages() == 4096)
            for start in stride(from: 8192 as UInt32, to: 8192 + 4096, by: 256) {
                try guest.inflate((start..<start + 256).reversed())
                try guest.write(actual: start + 256 - 8192)
            }
            try await house.event(.targetReached)
            while try guest.awaitChange(within: 20_000_000) {}
            try guest.deflate(8192..<8448)
            try guest.write(actual: 4096 - 256)
            #expect(try guest.awaitChange())
            #expect(try guest.numPages() < 4096 - 256)
            try await house.event(.alarm)
        }
    }

    /// A reset is surely the end of a driver: nothing of it is left (spec: `actual` is zero).
    @Test(arguments: [true, false])
    func reset(byRegister: Bool) async throws {
        try await withGuest { house, guest in
            try guest.load()
            try guest.inflate([4096, 4097])
            try guest.write(actual: 2)
            // A request that nobody saw dies with its ring.
            try guest.ring(.deflate).post(TestGuest.bytes([4096]))
            if byRegister { try guest.setStatus(0) } else { try guest.front.ask(.reset) }
            #expect(try guest.status() == 0)
            #expect(try guest.actual() == 0)
            let status = try await house.status()
            #expect(status.link == .connected && status.held == 0)
            try guest.load()
            try guest.inflate([4098])
            #expect(try await house.status().held.bytes == TestGuest.page)
        }
    }

    /// Firmware and hotplug lay memory out anew; what the guest gave is still given.
    @Test func remappedMemoryKeepsTheBalloon() async throws {
        try await withGuest { house, guest in
            try guest.load()
            try guest.inflate([4096, 4097])
            try guest.front.unmap(0, size: guest.memory.file.size)
            try guest.map()
            try guest.inflate([4098])
            #expect(try await house.status().held.bytes == 3 * TestGuest.page)
            #expect(try await house.status().problems.isEmpty)
        }
    }

    /// With a private memfd QEMU passes a descriptor all the same, and the guest's pages are not in it.
    @Test func memoryThatIsNotTheGuests() async throws {
        try await withGuest { house, guest in
            let other = try FrontEndMemory(size: guest.memory.file.size)
            try guest.front.unmap(0, size: other.file.size)
            try guest.front.map(0, size: other.file.size, fileOffset: 0, in: other.file.descriptor.raw)
            try guest.load()
            try guest.ring(.inflate).post(TestGuest.bytes([4096]))
            let said = try await house.event(.problem)
            #expect(said.message.contains("share=on"))
        }
    }

    @Test func refusalsAndNonsense() async throws {
        try await withGuest { house, guest in
            try guest.load()
            #expect(throws: VfioUserFrontEndError.refused(.mapMemory, errno: 17)) { try guest.map() }
            #expect(try await house.status().problems.count == 1)
            try guest.inflate([4096])
            try guest.front.send(bytes: [UInt8](repeating: 0xff, count: 16))
            #expect(try guest.front.awaitClose())
            let said = try await house.event(.disconnected)
            #expect(said.message == "the VMM sent something that cannot be right")
            let next = try VfioGuest(house.socket())
            try next.load()
            try next.inflate([5000])
            #expect(try await house.status().problems.isEmpty)
        }
    }

    /// A VMM need not wait for posted writes: more of them than a turn allows, and a read that it waits for, in one piece.
    @Test func moreMessagesThanOneTurn() async throws {
        try await withGuest { _, guest in
            try guest.load()
            let write =
                [1, 0, 10, 0] + TestGuest.bytes([34, 0x10, 0]) + VfioUserFrontEnd.access(0, offset: 0x3004, count: 2)
                + [1, 0]
            let read =
                [7, 0, 9, 0] + TestGuest.bytes([32, 0, 0]) + VfioUserFrontEnd.access(0, offset: 0x2000, count: 4)
            try guest.front.send(bytes: Array(repeating: write, count: 300).flatMap(\.self) + read)
            let answer = try guest.front.awaitAnswer(to: 7, .readRegion)
            #expect(answer.count == 20)
        }
    }

    /// Requests come faster than they can be dealt with, on a socket that is urgent: others are served all the same.
    @Test(arguments: GuestDoor.allCases)
    func floodOfMessages(door: GuestDoor) async throws {
        try await House.with(
            ["evil", "good"], edit: { if $0.name == "evil" { $0.door = .vfioUser } else { $0.door = door } }
        ) {
            house in
            let evil = try VfioGuest(house.socket("evil"))
            try evil.load()
            let rounds = 0..<200 as Range<UInt32>
            let stop = Flag()
            let descriptor = evil.front.descriptor
            async let flood: Void = blocking {
                // A posted write of a notification: the cheapest message. Many a call.
                let message =
                    [1, 0, 10, 0] + TestGuest.bytes([34, 0x10, 0])
                    + VfioUserFrontEnd.access(0, offset: 0x3004, count: 2)
                let bytes = Array(repeating: message + [1, 0], count: 200).flatMap(\.self)
                while !stop.isSet {
                    _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
                }
            }
            let slowest = try Self.slowest(of: rounds, of: house.socket("good"), door)
            stop.set()
            try await flood
            print("flood of notifications: a guest over \(door.rawValue) waited at most \(slowest / 1000) us")
            #expect(try await house.status("good").held == 0)
            #expect(try await house.status("good").counters.messages == 400)
        }
    }

    /// The longest that one page in and out took (ns).
    private static func slowest(of rounds: Range<UInt32>, of socket: String, _ door: GuestDoor) throws -> UInt64 {
        func measure(_ body: (UInt32) throws -> Void) rethrows -> UInt64 {
            try rounds.reduce(0) { slowest, round in
                let start = MonotonicClock.now()
                try body(4200 + round)
                return max(slowest, MonotonicClock.now() - start)
            }
        }
        switch door {
        case .vhostUser:
            let good = try TestGuest(socket)
            try good.load()
            return try measure { page in
                try good.inflate([page])
                try good.deflate([page])
            }
        case .vfioUser:
            let good = try VfioGuest(socket)
            try good.load()
            return try measure { page in
                try good.inflate([page])
                try good.deflate([page])
            }
        }
    }
}
