#if arch(riscv64)
    package import Balloon
    internal import CBoot
    package import Virtio

    /// QEMU's virt machine, in machine mode without firmware.
    package struct Machine {
        package init() {}

        private static let serial: UInt = 0x1000_0000
        private static let interruptController: UInt = 0x0c00_0000
        private static let timer: UInt = 0x0200_0000

        private static func registers(_ address: UInt) -> MappedRegisters? {
            UnsafeMutableRawPointer(bitPattern: address).map(MappedRegisters.init)
        }

        package mutating func setUp() {
            Self.registers(Self.serial)?.write8(1, 1)
            Self.registers(Self.interruptController)?.write32(0x20_0000, 0)
            setTimer(.max)
            enable(interrupt: 10)
        }

        /// The counter has 10 MHz.
        package static func now() -> UInt64 { boot_counter() &* 100 }

        package static func putByte(_ byte: UInt8) {
            guard let registers = registers(serial) else { return }
            while registers.read8(5) & 0x20 == 0 {}
            registers.write8(0, byte)
        }

        package static func getByte() -> UInt8? {
            guard let registers = registers(serial), registers.read8(5) & 1 != 0 else { return nil }
            return registers.read8(0)
        }

        // MARK: - Interrupts

        private func enable(interrupt: Int) {
            guard let registers = Self.registers(Self.interruptController) else { return }
            registers.write32(4 * interrupt, 1)
            let offset = 0x2000 + 4 * (interrupt / 32)
            registers.write32(offset, registers.read32(offset) | 1 << UInt32(interrupt % 32))
        }

        package func enableInterrupt(slot: Int) { enable(interrupt: 1 + slot) }

        private func setTimer(_ ticks: UInt64) {
            guard let registers = Self.registers(Self.timer) else { return }
            registers.write32(0x4004, .max)
            registers.write32(0x4000, UInt32(truncatingIfNeeded: ticks))
            registers.write32(0x4004, UInt32(truncatingIfNeeded: ticks >> 32))
        }

        package func idle(until deadline: UInt64?) {
            setTimer(deadline.map { $0 / 100 + 1 } ?? .max)
            boot_idle()
            setTimer(.max)
            // Taken and completed before the devices are looked at: what comes afterwards is pending again.
            guard let registers = Self.registers(Self.interruptController) else { return }
            // Bounded: a line that is high again comes again, and ends the next wait.
            for _ in 0..<4 {
                let interrupt = registers.read32(0x20_0004)
                guard interrupt != 0 else { break }
                registers.write32(0x20_0004, interrupt)
            }
        }

        package func acknowledgeInterrupts() {}

        // MARK: - What there is

        package func memory() -> PageRun? {
            guard let all = DeviceTree(address: boot_information_address())?.memory() else { return nil }
            let first = max(all.start, (boot_image_end_address() + 4095) >> PageFrame.shift)
            // The device tree lies at the end of memory, and is not needed any more.
            return all.end > first ? PageRun(start: first, count: all.end - first) : nil
        }

        package func slot(_ index: Int) -> MappedRegisters? {
            index < 8 ? Self.registers(0x1000_1000 + UInt(index) * 0x1000) : nil
        }

        package func exit(code: UInt8) -> Never {
            Self.registers(0x10_0000)?.write32(0, code == 0 ? 0x5555 : UInt32(code) << 16 | 0x3333)
            while true { boot_pause() }
        }
    }
#endif
