import ConformanceChecks
import Balloon
import ControlAPI
import Glibc
import Linux
import Service
import Testing
import VhostUser

/// A guest whose memory is made of huge pages of 2 MiB, over a real socket.
@Suite(.enabled(if: hugeMemory() != nil, "the host's pool has no 32 huge pages of 2 MiB free"))
struct HugePageWireTests {
    private let huge: UInt64 = 2 << 20

    @Test("a huge page goes to the host when its last page is ballooned, whichever message that comes with")
    func acrossMessages() async throws {
        try await House.with { house in
            let memory = try #require(hugeMemory())
            let guest = try TestGuest(house.socket(), memory: memory)
            try guest.load([.mustTellHost, .deflateOnOOM])
            // Eight huge pages from 32 MiB on.
            let pages = 8192..<8192 + 4096 as Range<UInt32>
            try guest.touch(pages)
            try guest.ring(.deflate).fill([0])
            let before = try guest.allocated
            // Every second page of all, then the others, but for one.
            let even = pages.filter { $0 % 2 == 0 }
            let odd = pages.filter { $0 % 2 == 1 && $0 != 8193 }
            try guest.inflate(even)
            var status = try await house.settled()
            #expect(try guest.allocated == before)
            #expect(status.held.bytes == 2048 * TestGuest.page && status.released == 0)
            try guest.inflate(odd)
            status = try await house.settled()
            #expect(try before - guest.allocated == 7 * huge)
            #expect(status.held.bytes == 4095 * TestGuest.page && status.released.bytes == 7 * huge)
            try guest.inflate([8193])
            status = try await house.settled()
            #expect(try before - guest.allocated == 8 * huge)
            #expect(status.released == status.held && status.problems.isEmpty)
            // One page comes back, and with it its huge page; then it goes again.
            try guest.deflate([9000])
            try guest.touch([9000])
            status = try await house.settled()
            #expect(status.held.bytes == 4095 * TestGuest.page && status.released.bytes == 7 * huge)
            try guest.inflate([9000])
            status = try await house.settled()
            #expect(try before - guest.allocated == 8 * huge)
            #expect(status.released.bytes == 8 * huge)
        }
    }
}

/// 64 MiB of huge pages, or `nil` where there are not enough.
private func hugeMemory() -> FrontEndMemory? {
    // Swift's Glibc lacks memfd_create, its flag MFD_HUGETLB (4) and MFD_HUGE_2MB (21 << 26).
    typealias MakeFile = @convention(c) (UnsafePointer<CChar>, CUnsignedInt) -> CInt
    guard let symbol = dlsym(nil, "memfd_create") else { return nil }
    let raw = unsafeBitCast(symbol, to: MakeFile.self)("huge", 4 | 21 << 26)
    guard raw >= 0, ftruncate(raw, 64 << 20) == 0 else { return nil }
    // Mapping reserves the pages, and fails where there are too few.
    guard let file = try? MemoryFile(owning: OwnedDescriptor(owning: raw)) else { return nil }
    return try? FrontEndMemory(file: file)
}
