#if arch(x86_64)
    package import Balloon
    internal import CBoot
    package import Virtio

    /// A PC without firmware to speak of: QEMU's microvm, and q35 by the same image.
    package struct Machine {
        package init() {}

        private static let apicAddress: UInt = 0xfee0_0000
        /// Nanoseconds of a tick of the counter, times 2^32; and where the counter stood at first.
        nonisolated(unsafe) private static var tickLength: UInt64 = 1 << 32
        nonisolated(unsafe) private static var firstTick: UInt64 = 0

        private enum Vector {
            static var timer: UInt32 { 0x20 }
            static var virtio: UInt32 { 0x21 }
            static var serial: UInt32 { 0x22 }
            /// Counted apart, in `boot_x86_64.S`.
            static var configuration: UInt32 { 0x23 }
        }

        private static func registers(_ address: UInt) -> MappedRegisters? {
            UnsafeMutableRawPointer(bitPattern: address).map(MappedRegisters.init)
        }

        private static func apic(_ offset: Int, _ value: UInt32) { registers(apicAddress)?.write32(offset, value) }

        package mutating func setUp() {
            // Both old interrupt controllers off; they would interrupt by vectors of exceptions.
            boot_out8(0x21, 0xff)
            boot_out8(0xa1, 0xff)
            Self.apic(0xf0, 0x12f)
            Self.apic(0x3e0, 0xb)
            Self.measureCounter()
            Self.apic(0x320, Vector.timer)
            boot_out8(0x3f9, 0)
            boot_out8(0x3fa, 7)
            boot_out8(0x3fc, 0xb)
            boot_out8(0x3f9, 1)
            Self.route(controller: 0, pin: 4, Vector.serial, isLevel: false)
        }

        /// Counts ticks for a millisecond of the APIC's timer, which runs at 1 GHz in QEMU and KVM.
        private static func measureCounter() {
            guard let apic = registers(apicAddress) else { return }
            apic.write32(0x320, 0x1_0000 | Vector.timer)
            apic.write32(0x380, .max)
            firstTick = boot_counter()
            while apic.read32(0x390) > .max - 1_000_000 {}
            let ticks = max(1, boot_counter() &- firstTick)
            let nanoseconds = UInt64(UInt32.max - apic.read32(0x390))
            apic.write32(0x380, 0)
            tickLength = (nanoseconds << 32) / ticks
        }

        /// Nanoseconds since ``setUp()``.
        package static func now() -> UInt64 {
            let product = (boot_counter() &- firstTick).multipliedFullWidth(by: tickLength)
            return product.high << 32 | product.low >> 32
        }

        // MARK: - Serial line

        package static func putByte(_ byte: UInt8) {
            while boot_in8(0x3fd) & 0x20 == 0 {}
            boot_out8(0x3f8, byte)
        }

        package static func getByte() -> UInt8? { boot_in8(0x3fd) & 1 != 0 ? boot_in8(0x3f8) : nil }

        // MARK: - Interrupts

        private static func route(controller: UInt, pin: Int, _ vector: UInt32, isLevel: Bool) {
            guard let registers = registers(0xfec0_0000 + controller * 0x1_0000) else { return }
            registers.write32(0, 1)
            let version = registers.read32(0x10)
            guard version != .max, version != 0, Int(version >> 16 & 0xff) >= pin else { return }
            registers.write32(0, UInt32(0x11 + 2 * pin))
            registers.write32(0x10, 0)
            registers.write32(0, UInt32(0x10 + 2 * pin))
            registers.write32(0x10, vector | (isLevel ? 0x8000 : 0))
        }

        /// Lets the device in this slot interrupt. microvm has the slots at pins 5, 16 or 24, as its options want.
        package func enableInterrupt(slot: Int) {
            for base in stride(from: 5, through: 16, by: 11) where base + slot < 24 {
                Self.route(controller: 0, pin: base + slot, Vector.virtio, isLevel: true)
            }
            Self.route(controller: 1, pin: slot, Vector.virtio, isLevel: true)
        }

        /// Where a message-signalled interrupt is to be written, and what.
        package static var message: (address: UInt64, configuration: UInt32, queues: UInt32) {
            (0xfee0_0000, Vector.configuration, Vector.virtio)
        }

        /// Sleeps until an interrupt, or until `deadline`; the devices are to be looked at then.
        package func idle(until deadline: UInt64?) {
            if let deadline {
                let now = Self.now()
                guard deadline > now else { return }
                Self.apic(0x380, UInt32(clamping: deadline - now))
            }
            boot_idle()
        }

        /// To be called when the devices were looked at.
        package func acknowledgeInterrupts() {
            for _ in 0..<boot_take_interrupts() { Self.apic(0xb0, 0) }
        }

        // MARK: - What there is

        /// The first piece of memory above the image.
        package func memory() -> PageRun? {
            guard let start = UnsafePointer<UInt32>(bitPattern: UInt(boot_information_address())),
                start[0] == 0x336e_c578,
                let map = UnsafePointer<UInt64>(bitPattern: UInt(start[10]) | UInt(start[11]) << 32)
            else { return nil }
            let image = (boot_image_end_address() + 4095) >> PageFrame.shift
            for index in 0..<min(64, Int(start[12])) {
                let address = map[3 * index]
                let size = map[3 * index + 1]
                guard map[3 * index + 2] & 0xffff_ffff == 1, address < 1 << 32, size < 1 << 40 else { continue }
                let first = max(image, address >> PageFrame.shift)
                let end = min((address + size) >> PageFrame.shift, 1 << 20)
                if address >> PageFrame.shift <= image, end > first { return PageRun(start: first, count: end - first) }
            }
            return nil
        }

        /// The registers of virtio-mmio slot `index`.
        package func slot(_ index: Int) -> MappedRegisters? {
            index < 24 ? Self.registers(0xfeb0_0000 + UInt(index) * 0x200) : nil
        }

        /// Ends the machine: with 0 it is turned off, with anything else QEMU ends with 2 * code + 1.
        package func exit(code: UInt8) -> Never {
            if code == 0 {
                // The sleep register of microvm, or of q35. QEMU acts on it a little later.
                if slot(0)?.read32(0) == 0x7472_6976 {
                    Self.registers(0xfea0_0000)?.write8(0x200, 0x34)
                } else {
                    boot_out16(0x604, 0x2000)
                }
                let start = Self.now()
                while Self.now() &- start < 2_000_000_000 { boot_pause() }
            }
            boot_out8(0x501, code)
            while true { boot_pause() }
        }
    }
#endif
