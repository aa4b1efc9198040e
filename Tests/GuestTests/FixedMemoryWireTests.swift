import Balloon
import ControlAPI
import Glibc
import Testing

/// A VMM that locks its memory after the driver's start.
struct FixedMemoryWireTests {
    /// Memory that this process, which is the VMM, has locked.
    private final class Locked {
        private static let size = 4 << 20
        private let pointer: UnsafeMutableRawPointer

        init() throws {
            pointer = try #require(
                mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
            try #require(mlock(pointer, Self.size) == 0)
        }

        deinit { munmap(pointer, Self.size) }
    }

    @Test(arguments: [nil, 1 << 30] as [UInt64?])
    func lockedMemoryIsNotTaken(budget: UInt64?) async throws {
        try await House.with(budget: budget, edit: { $0.max = ByteSize(64 << 20) }) { house in
            let guest = try TestGuest(house.socket(), low: 64 << 20)
            try await house.ask(balloon: 8 << 20)
            try guest.load([.mustTellHost, .deflateOnOOM])
            _ = try guest.configuration()
            try guest.inflate(4096..<4096 + 2048)
            try guest.write(actual: 2048)
            _ = try await house.status { $0.state == .settled }
            do {
                let locked = try Locked()
                // Looks are a second apart, and no event tells that one is due: it is to be seen before the target is raised.
                try await Task.sleep(for: .milliseconds(1100))
                try await house.ask(balloon: 16 << 20)
                let status = try await house.status()
                #expect(status.state == .fixed)
                #expect(status.pursuit == .notPursued)
                #expect(status.target.bytes == 8 << 20)
                #expect(status.reason.contains("the VMM has locked"))
                #expect(status.problems.count == 1)
                withExtendedLifetime(locked) {}
            }
            let over = try await house.status { $0.state != .fixed }
            #expect(over.state == .inflating)
            #expect(over.target.bytes == 16 << 20)
            #expect(over.problems == [])
            #expect(house.count(.stalled) == 0)
        }
    }
}
