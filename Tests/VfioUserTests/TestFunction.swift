import Testing
import Virtio

@testable import VfioUser

/// The function as a guest's firmware leaves it: its BARs are the VMM's, and are placed.
struct TestFunction: PCIFunction {
    let bench: Bench
    static let bars: [Int: UInt32] = [0x10: 0xe000_0000, 0x14: 0xe001_0000]

    func read(_ offset: Int) -> UInt32 {
        if let address = Self.bars[offset] { return address }
        return UInt32(truncatingIfNeeded: (try? bench.read(VfioUserFrontEnd.configuration, offset, 4).word) ?? 0)
    }

    func write(_ offset: Int, _ value: UInt32) {
        #expect(throws: Never.self) { try bench.write(VfioUserFrontEnd.configuration, offset, .words(value)) }
    }
}

/// Registers behind a BAR.
struct TestRegisters: RegisterBlock {
    let bench: Bench
    let region: UInt32
    let base: Int

    init?(bench: Bench, address: UInt64) {
        self.bench = bench
        region = address >= 0xe001_0000 ? 1 : 0
        base = Int(address - (region == 1 ? 0xe001_0000 : 0xe000_0000))
    }

    private func read(_ offset: Int, _ count: Int) -> UInt64 {
        (try? bench.read(region, base + offset, count).word) ?? 0
    }

    private func write(_ offset: Int, _ bytes: [UInt8]) {
        #expect(throws: Never.self) { try bench.write(region, base + offset, bytes) }
    }

    func read8(_ offset: Int) -> UInt8 { UInt8(truncatingIfNeeded: read(offset, 1)) }
    func read16(_ offset: Int) -> UInt16 { UInt16(truncatingIfNeeded: read(offset, 2)) }
    func read32(_ offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: read(offset, 4)) }
    func write8(_ offset: Int, _ value: UInt8) { write(offset, [value]) }
    func write16(_ offset: Int, _ value: UInt16) { write(offset, .bytes(of: value)) }
    func write32(_ offset: Int, _ value: UInt32) { write(offset, .bytes(of: value)) }
}
