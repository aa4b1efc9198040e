#if arch(x86_64)
    internal import CBoot
    internal import Virtio

    /// A function on the first PCI bus of a PC, reached by ports.
    struct PortFunction: PCIFunction {
        /// Device and function: 0 to 255.
        let number: Int

        private func select(_ offset: Int) {
            boot_out32(0xcf8, 0x8000_0000 | UInt32(truncatingIfNeeded: number << 8 | offset & 0xfc))
        }

        func read(_ offset: Int) -> UInt32 {
            select(offset)
            return boot_in32(0xcfc)
        }

        func write(_ offset: Int, _ value: UInt32) {
            select(offset)
            boot_out32(0xcfc, value)
        }
    }
#endif
