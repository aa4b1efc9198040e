import Balloon
import Glibc
import HostMemory
import Linux
import Testing

/// Files of huge pages are made and punched even where the host has set none aside.
@Suite struct HugePageTests {
    private static let pageSize = 2 * mebibyte

    /// A file of four huge pages of 2 MiB, or `nil` where the kernel has none.
    private static func hugeFile() -> MemoryFile? {
        // Swift's Glibc lacks memfd_create, its flag MFD_HUGETLB (4) and MFD_HUGE_2MB (21 << 26).
        typealias MakeFile = @convention(c) (UnsafePointer<CChar>, CUnsignedInt) -> CInt
        guard let symbol = dlsym(nil, "memfd_create") else { return nil }
        let raw = unsafeBitCast(symbol, to: MakeFile.self)("huge", 4 | 21 << 26)
        guard raw >= 0, ftruncate(raw, off_t(4 * pageSize)) == 0 else { return nil }
        return try? MemoryFile(owning: OwnedDescriptor(owning: raw))
    }

    @Test("on huge pages a run is cut inward to whole ones", .enabled(if: hugeFile() != nil))
    func cutInward() throws {
        let file = try #require(Self.hugeFile())
        #expect(file.pageSize == Self.pageSize)
        var table = MemoryTable()
        try table.add(gibibyte, 4 * Self.pageSize, of: file)
        let first = gibibyte >> 12
        for (start, count, pages) in [
            (0, 512, 1), (0, 511, 0), (1, 511, 0), (1, 1023, 1), (511, 514, 1), (0, 2048, 4), (1, 2046, 2), (600, 1, 0),
        ] as [(UInt64, UInt64, UInt64)] {
            var discarder = Discarder()
            discarder.discard(PageRun(start: first + start, count: count), in: table)
            #expect(discarder.bytes == pages * Self.pageSize, "\(count) pages from \(start)")
            #expect(discarder.calls == (pages > 0 ? 1 : 0))
            #expect(discarder.failures == 0)
        }
    }

    @Test("what counts is where a run lies in the file, not in the guest", .enabled(if: hugeFile() != nil))
    func byFileOffset() throws {
        let file = try #require(Self.hugeFile())
        var table = MemoryTable()
        // A region that begins in the middle of a huge page of the file.
        try table.add(0, 2 * Self.pageSize, of: file, offset: mebibyte)
        var discarder = Discarder()
        discarder.discard(PageRun(start: 0, count: 512), in: table)
        #expect(discarder.calls == 0)
        discarder.discard(PageRun(start: 256, count: 512), in: table)
        #expect(discarder.bytes == Self.pageSize)
    }
}
