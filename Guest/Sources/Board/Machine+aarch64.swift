#if arch(arm64)
    package import Balloon
    internal import CBoot
    package import Virtio

    /// QEMU's virt machine with a GIC of version 2.
    package struct Machine {
        package init() {}

        private static let serial: UInt = 0x0900_0000
        private static let distributor: UInt = 0x0800_0000
        private static let processorInterface: UInt = 0x0801_0000
        private static let timerInterrupt = 27

        private static func registers(_ address: UInt) -> MappedRegisters? {
            UnsafeMutableRawPointer(bitPattern: address).map(MappedRegisters.init)
        }

        package mutating func setUp() {
            Self.registers(Self.distributor)?.write32(0, 1)
            Self.registers(Self.processorInterface)?.write32(4, 0xff)
            Self.registers(Self.processorInterface)?.write32(0, 1)
            Self.registers(Self.serial)?.write32(0x30, 0x301)
            Self.registers(Self.serial)?.write32(0x38, 0x10)
            enable(interrupt: 33)
            enable(interrupt: Self.timerInterrupt)
        }

        package static func now() -> UInt64 {
            let frequency = max(1, boot_counter_frequency())
            let (seconds, rest) = boot_counter().quotientAndRemainder(dividingBy: frequency)
            return seconds &* 1_000_000_000 &+ rest * 1_000_000_000 / frequency
        }

        package static func putByte(_ byte: UInt8) {
            guard let registers = registers(serial) else { return }
            while registers.read32(0x18) & 0x20 != 0 {}
            registers.write32(0, UInt32(byte))
        }

        package static func getByte() -> UInt8? {
            guard let registers = registers(serial), registers.read32(0x18) & 0x10 == 0 else { return nil }
            return UInt8(truncatingIfNeeded: registers.read32(0))
        }

        // MARK: - Interrupts

        private func enable(interrupt: Int) {
            guard let registers = Self.registers(Self.distributor) else { return }
            registers.write8(0x800 + interrupt, 1)
            registers.write32(0x100 + 4 * (interrupt / 32), 1 << UInt32(interrupt % 32))
        }

        package func enableInterrupt(slot: Int) { enable(interrupt: 48 + slot) }

        package func idle(until deadline: UInt64?) {
            if let deadline {
                let now = Self.now()
                guard deadline > now else { return }
                let frequency = boot_counter_frequency()
                let wait = min(deadline - now, 1_000_000_000_000)
                boot_set_timer(boot_counter() &+ wait / 1_000_000 * frequency / 1000 &+ frequency / 1000)
            }
            boot_idle()
            boot_stop_timer()
        }

        package func acknowledgeInterrupts() {
            guard let registers = Self.registers(Self.processorInterface) else { return }
            // Bounded: a line that is high again comes again, and ends the next wait.
            for _ in 0..<4 {
                let interrupt = registers.read32(0xc)
                guard interrupt & 0x3ff < 1020 else { break }
                registers.write32(0x10, interrupt)
            }
        }

        // MARK: - What there is

        package func memory() -> PageRun? {
            guard let all = DeviceTree(address: boot_information_address())?.memory() else { return nil }
            let first = max(all.start, (boot_image_end_address() + 4095) >> PageFrame.shift)
            return all.end > first ? PageRun(start: first, count: all.end - first) : nil
        }

        package func slot(_ index: Int) -> MappedRegisters? {
            index < 32 ? Self.registers(0x0a00_0000 + UInt(index) * 0x200) : nil
        }

        package func exit(code: UInt8) -> Never {
            boot_semihosting_exit(UInt64(code))
            while true { boot_pause() }
        }
    }
#endif
