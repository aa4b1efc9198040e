internal import CBoot
package import Virtio

/// The bus that the balloon was found on.
package struct AnyBus: DriverTransport, ~Copyable {
    private var mmio: MMIOTransport<MappedRegisters>?
    #if arch(x86_64)
        private var pci: PCITransport<PortFunction, MappedRegisters>?
    #endif

    /// Looks through the slots of virtio-mmio for a balloon, and then through the functions of PCI.
    package static func find(_ machine: Machine) -> AnyBus {
        var bus = AnyBus()
        var index = 0
        while let registers = machine.slot(index) {
            var transport = MMIOTransport(registers: registers)
            switch transport.identify() {
            case .device(5), .legacy:
                machine.enableInterrupt(slot: index)
                bus.mmio = consume transport
                return bus
            case .empty, .device: break
            }
            index += 1
        }
        #if arch(x86_64)
            bus.findOnPCI()
        #endif
        return bus
    }

    private init() {}

    #if arch(x86_64)
        private mutating func findOnPCI() {
            for number in 0..<256 {
                var transport = PCITransport(function: PortFunction(number: number)) { address -> MappedRegisters? in
                    guard address < 1 << 32 else { return nil }
                    return UnsafeMutableRawPointer(bitPattern: UInt(address)).map(MappedRegisters.init)
                }
                guard transport.identify() == .device(5) else { continue }
                let message = Machine.message
                guard
                    transport.enableMessages(
                        address: message.address, configuration: message.configuration, queues: message.queues)
                else { continue }
                pci = consume transport
                return
            }
        }
    #endif

    package mutating func identify() -> TransportIdentity {
        #if arch(x86_64)
            if pci != nil { return pci?.identify() ?? .empty }
        #endif
        return mmio?.identify() ?? .empty
    }

    package mutating func status() -> DeviceStatus {
        #if arch(x86_64)
            if pci != nil { return pci?.status() ?? [] }
        #endif
        return mmio?.status() ?? []
    }

    package mutating func setStatus(_ status: DeviceStatus) {
        #if arch(x86_64)
            pci?.setStatus(status)
        #endif
        mmio?.setStatus(status)
    }

    package mutating func offeredFeatures() -> UInt64 {
        #if arch(x86_64)
            if pci != nil { return pci?.offeredFeatures() ?? 0 }
        #endif
        return mmio?.offeredFeatures() ?? 0
    }

    package mutating func acceptFeatures(_ features: UInt64) {
        #if arch(x86_64)
            pci?.acceptFeatures(features)
        #endif
        mmio?.acceptFeatures(features)
    }

    package mutating func queueSizeLimit(_ queue: Int) -> UInt16 {
        #if arch(x86_64)
            if pci != nil { return pci?.queueSizeLimit(queue) ?? 0 }
        #endif
        return mmio?.queueSizeLimit(queue) ?? 0
    }

    package mutating func enable(_ queue: Int, _ layout: QueueLayout) -> Bool {
        #if arch(x86_64)
            if pci != nil { return pci?.enable(queue, layout) ?? false }
        #endif
        return mmio?.enable(queue, layout) ?? false
    }

    package mutating func notify(_ queue: Int) {
        #if arch(x86_64)
            pci?.notify(queue)
        #endif
        mmio?.notify(queue)
    }

    package mutating func takeInterrupts() -> InterruptCauses {
        #if arch(x86_64)
            // A message tells its cause by its vector.
            if pci != nil { return boot_take_configuration_interrupts() > 0 ? [.queue, .configuration] : .queue }
        #endif
        return mmio?.takeInterrupts() ?? []
    }

    package mutating func configurationGeneration() -> UInt32 {
        #if arch(x86_64)
            if pci != nil { return pci?.configurationGeneration() ?? 0 }
        #endif
        return mmio?.configurationGeneration() ?? 0
    }

    package mutating func readConfiguration(_ offset: Int) -> UInt32 {
        #if arch(x86_64)
            if pci != nil { return pci?.readConfiguration(offset) ?? 0 }
        #endif
        return mmio?.readConfiguration(offset) ?? 0
    }

    package mutating func writeConfiguration(_ offset: Int, _ value: UInt32) {
        #if arch(x86_64)
            pci?.writeConfiguration(offset, value)
        #endif
        mmio?.writeConfiguration(offset, value)
    }
}
