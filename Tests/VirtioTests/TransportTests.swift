import Testing
import Virtio

/// Registers that a test fills and looks at.
private final class Registers: RegisterBlock {
    var bytes = [UInt8](repeating: 0, count: 4096)
    var writes: [(offset: Int, value: UInt32)] = []

    func read8(_ offset: Int) -> UInt8 { bytes[offset] }
    func read16(_ offset: Int) -> UInt16 { UInt16(read8(offset)) | UInt16(read8(offset + 1)) << 8 }
    func read32(_ offset: Int) -> UInt32 { UInt32(read16(offset)) | UInt32(read16(offset + 2)) << 16 }
    func write8(_ offset: Int, _ value: UInt8) { store(offset, UInt32(value), 1) }
    func write16(_ offset: Int, _ value: UInt16) { store(offset, UInt32(value), 2) }
    func write32(_ offset: Int, _ value: UInt32) { store(offset, value, 4) }

    private func store(_ offset: Int, _ value: UInt32, _ count: Int) {
        writes.append((offset, value))
        for index in 0..<count { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
    }

    func set(_ offset: Int, _ value: UInt32) {
        store(offset, value, 4)
        writes.removeLast()
    }
}

/// A PCI function whose configuration space a test fills.
private final class Function: PCIFunction {
    var words = [UInt32](repeating: 0, count: 64)
    func read(_ offset: Int) -> UInt32 { words[offset / 4 % 64] }
    func write(_ offset: Int, _ value: UInt32) { words[offset / 4 % 64] = value }
}

@Suite struct TransportTests {
    @Test("virtio-mmio: what is there, and what is too old")
    func identifies() {
        let registers = Registers()
        var transport = MMIOTransport(registers: registers)
        var identity = transport.identify()
        #expect(identity == .empty)
        registers.set(0, 0x7472_6976)
        registers.set(4, 2)
        identity = transport.identify()
        #expect(identity == .empty)
        registers.set(8, 5)
        identity = transport.identify()
        #expect(identity == .device(5))
        registers.set(4, 1)
        identity = transport.identify()
        #expect(identity == .legacy)
    }

    @Test("virtio-mmio: a queue is laid out by 64-bit addresses, and enabled last")
    func queue() {
        let registers = Registers()
        var transport = MMIOTransport(registers: registers)
        let layout = QueueLayout(size: 64, descriptors: 0x1_2345_6000, available: 0x1_2345_6400, used: 0x1_2345_6600)
        let isEnabled = transport.enable(3, layout)
        #expect(isEnabled)
        #expect(registers.read32(0x030) == 3)
        #expect(registers.read32(0x038) == 64)
        #expect(registers.read32(0x084) == 1)
        #expect(registers.read32(0x0a0) == 0x2345_6600)
        #expect(registers.writes.last?.offset == 0x044)
    }

    @Test("virtio-mmio: reading the causes acknowledges them, once")
    func interrupts() {
        let registers = Registers()
        registers.set(0x060, 3)
        var transport = MMIOTransport(registers: registers)
        let causes = transport.takeInterrupts()
        #expect(causes == [.queue, .configuration])
        #expect(registers.read32(0x064) == 3)
    }

    @Test("virtio-pci: a list of capabilities that is a loop ends, and a function without them is too old")
    func loop() {
        let function = Function()
        function.words[0] = 0x1045_1af4
        function.words[1] = 0x0010_0000
        function.words[13] = 0x40
        function.words[16] = 0x0000_4005
        var transport = PCITransport<Function, Registers>(function: function) { _ in Registers() }
        let identity = transport.identify()
        #expect(identity == .legacy)
        let status = transport.status()
        #expect(status.rawValue == 0)
    }

    @Test("virtio-pci: other functions are not ours")
    func others() {
        let function = Function()
        function.words[0] = 0x1234_8086
        var transport = PCITransport<Function, Registers>(function: function) { _ in nil }
        let identity = transport.identify()
        #expect(identity == .empty)
    }
}
