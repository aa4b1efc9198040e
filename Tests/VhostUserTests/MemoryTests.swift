import Glibc
import HostMemory
import Linux
import Testing

@testable import VhostUser

/// What a VMM says of the guest's memory.
struct MemoryTests {
    private let mebibyte: UInt64 = 1 << 20

    private func file(_ size: UInt64 = 4 << 20) throws -> MemoryFile { try MemoryFile.sealed(name: "test", size: size) }

    @Test func tableReplacesTable() throws {
        let bench = try Bench()
        let one = try file()
        let descriptor = one.descriptor.raw
        let two: [UInt8] =
            .words(2, 0) + Bench.region(0, mebibyte, user: 0x1000_0000)
            + Bench.region(1 << 32, 2 * mebibyte, user: 0x2000_0000, offset: mebibyte)
        #expect(try bench.call(.setMemoryTable, two, descriptors: [descriptor, descriptor]) == [.memoryChanged])
        #expect(bench.memory.regions.map(\.guestAddress) == [0, 1 << 32])
        #expect(bench.memory.size == 3 * mebibyte)
        try bench.share(descriptor, size: mebibyte)
        #expect(bench.memory.size == mebibyte)
        #expect(try bench.call(.setMemoryTable, .words(0, 0)) == [.memoryChanged])
        #expect(bench.memory.regions.isEmpty)
    }

    @Test func regionsComeAndGo() throws {
        let bench = try Bench()
        let one = try file()
        let high: [UInt8] = .longs(0) + Bench.region(1 << 32, mebibyte, user: 0x2000_0000, offset: mebibyte)
        let low: [UInt8] = .longs(0) + Bench.region(0, mebibyte, user: 0x1000_0000)
        try bench.call(.addMemoryRegion, high, descriptors: [one.descriptor.raw])
        try bench.call(.addMemoryRegion, low, descriptors: [one.descriptor.raw])
        #expect(bench.memory.regions.map(\.guestAddress) == [0, 1 << 32])
        // Two descriptors of one file are one file.
        let bytes = try one.allocatedBytes()
        #expect(try bench.memory.allocatedBytes() == bytes)
        #expect(try bench.call(.removeMemoryRegion, high) == [.memoryChanged])
        #expect(bench.memory.regions.map(\.guestAddress) == [0])
        #expect(throws: VhostUserError.memory(.unknown(address: 1 << 32))) {
            try bench.call(.removeMemoryRegion, high)
        }
    }

    @Test func removalHasToMatch() throws {
        let bench = try Bench()
        let one = try file()
        try bench.share(one.descriptor.raw, size: mebibyte)
        for region in [
            Bench.region(0, mebibyte / 2, user: Bench.userBase), Bench.region(0, mebibyte, user: Bench.userBase + 4096),
            Bench.region(4096, mebibyte, user: Bench.userBase),
        ] {
            #expect(throws: VhostUserError.self) { try bench.call(.removeMemoryRegion, .longs(0) + region) }
        }
        #expect(bench.memory.size == mebibyte)
    }

    @Test(
        arguments: [
            (0, 0, 0), (1, 4096, 0), (0, 4095, 0), (0, 4096, 512), (4095, 1, 1),
        ] as [(UInt64, UInt64, UInt64)])
    func misaligned(guest: UInt64, size: UInt64, offset: UInt64) throws {
        let bench = try Bench()
        let one = try file()
        #expect(throws: VhostUserError.memory(.misaligned(address: guest, size: size))) {
            try bench.call(
                .addMemoryRegion, .longs(0) + Bench.region(guest, size, user: 0, offset: offset),
                descriptors: [one.descriptor.raw])
        }
    }

    @Test(
        arguments: [
            (1 << 44, 4096, 0), (0, 1 << 45, 0), ((1 << 44) - 4096, 8192, 0), (UInt64.max & ~4095, 4096, 0),
            (0, 8192, UInt64.max - 4095), (0, UInt64.max & ~4095, 0),
        ] as [(UInt64, UInt64, UInt64)])
    func tooHigh(guest: UInt64, size: UInt64, user: UInt64) throws {
        let bench = try Bench()
        let one = try file()
        #expect(throws: VhostUserError.memory(.tooHigh(address: guest, size: size))) {
            try bench.call(
                .addMemoryRegion, .longs(0) + Bench.region(guest, size, user: user),
                descriptors: [one.descriptor.raw])
        }
    }

    @Test(arguments: [(0, 8 << 20), (4 << 20, 4096), (UInt64.max & ~4095, 4096)] as [(UInt64, UInt64)])
    func beyondTheFile(offset: UInt64, size: UInt64) throws {
        let bench = try Bench()
        let one = try file()
        #expect {
            try bench.call(
                .addMemoryRegion, .longs(0) + Bench.region(0, size, user: 0, offset: offset),
                descriptors: [one.descriptor.raw])
        } throws: { error in
            guard case .memory(.beyondFile) = error as? VhostUserError else { return false }
            return true
        }
    }

    @Test func overlappingRegions() throws {
        for second in [
            Bench.region(mebibyte - 4096, mebibyte, user: 1 << 40, offset: mebibyte),
            Bench.region(mebibyte * 2, mebibyte, user: Bench.userBase + mebibyte - 4096, offset: mebibyte),
            Bench.region(0, mebibyte, user: Bench.userBase),
        ] {
            let bench = try Bench()
            let one = try file()
            try bench.share(one.descriptor.raw, size: mebibyte)
            #expect(throws: VhostUserError.self) {
                try bench.call(
                    .addMemoryRegion, .longs(0) + second, descriptors: [one.descriptor.raw])
            }
            // The old table stays.
            #expect(bench.memory.size == mebibyte)
        }
    }

    @Test func tooManyRegions() throws {
        let bench = try Bench()
        let one = try file(4096 * 513)
        for index in 0..<UInt64(512) {
            try bench.call(
                .addMemoryRegion,
                .longs(0) + Bench.region(index * 8192, 4096, user: index * 8192, offset: index * 4096),
                descriptors: [one.descriptor.raw])
        }
        #expect(throws: VhostUserError.memory(.tooMany(limit: 512))) {
            try bench.call(
                .addMemoryRegion, .longs(0) + Bench.region(1 << 40, 4096, user: 1 << 40),
                descriptors: [one.descriptor.raw])
        }
    }

    @Test(arguments: [9, 32, .max] as [UInt32])
    func tableOfTooManyRegions(count: UInt32) throws {
        let bench = try Bench()
        let payload: [UInt8] = .words(count, 0) + [UInt8](repeating: 0, count: min(Int(clamping: count), 31) * 32)
        #expect(throws: VhostUserError.badPayload(.setMemoryTable, bytes: payload.count)) {
            try bench.call(.setMemoryTable, payload)
        }
    }

    @Test(arguments: [0, 1, 3])
    func tableWithWrongNumberOfFiles(count: Int) throws {
        let bench = try Bench()
        let one = try file()
        let payload: [UInt8] =
            .words(2, 0) + Bench.region(0, 4096, user: 0) + Bench.region(8192, 4096, user: 8192)
        #expect(throws: VhostUserError.missingDescriptors(.setMemoryTable)) {
            try bench.call(
                .setMemoryTable, payload, descriptors: Array(repeating: one.descriptor.raw, count: count))
        }
    }

    /// The second region is bad: the first one's file is let go of, and the old table stays.
    @Test func badTableLeavesTheOldOne() throws {
        let bench = try Bench()
        let one = try file()
        try bench.share(one.descriptor.raw, size: mebibyte)
        let payload: [UInt8] = .words(2, 0) + Bench.region(0, 4096, user: 0) + Bench.region(1, 4096, user: 8192)
        #expect(throws: VhostUserError.self) {
            try bench.call(.setMemoryTable, payload, descriptors: [one.descriptor.raw, one.descriptor.raw])
        }
        #expect(bench.memory.size == mebibyte)
    }

    @Test func readOnlyFile() throws {
        let bench = try Bench()
        let descriptor = try OwnedDescriptor(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), from: "open")
        #expect(throws: VhostUserError.memory(.readOnly(address: 0))) {
            try bench.call(
                .addMemoryRegion, .longs(0) + Bench.region(0, 4096, user: 0), descriptors: [descriptor.raw])
        }
    }

    @Test func noFileAtAll() throws {
        let bench = try Bench()
        let pipe = try Pipe()
        #expect(throws: VhostUserError.memory(.beyondFile(address: 0, end: 4096, file: 0))) {
            try bench.call(
                .addMemoryRegion, .longs(0) + Bench.region(0, 4096, user: 0), descriptors: [pipe.writeEnd])
        }
        let other = try Bench()
        #expect(throws: VhostUserError.missingDescriptors(.addMemoryRegion)) {
            try other.call(.addMemoryRegion, .longs(0) + Bench.region(0, 4096, user: 0))
        }
    }
}
