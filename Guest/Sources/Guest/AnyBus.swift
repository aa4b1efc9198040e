internal import Virtio

/// The bus that the balloon was found on.
struct AnyBus: DriverTransport, ~Copyable {
    private var mmio: MMIOTransport<MappedRegisters>?

    /// Looks through the slots of virtio-mmio for a balloon.
    static func find(_ machine: Machine) -> AnyBus {
        var index = 0
        while let registers = machine.slot(index) {
            var transport = MMIOTransport(registers: registers)
            switch transport.identify() {
            case .device(5), .legacy:
                machine.enableInterrupt(slot: index)
                return AnyBus(mmio: transport)
            case .empty, .device: break
            }
            index += 1
        }
        return AnyBus(mmio: nil)
    }

    mutating func identify() -> TransportIdentity { mmio?.identify() ?? .empty }
    mutating func status() -> DeviceStatus { mmio?.status() ?? [] }
    mutating func setStatus(_ status: DeviceStatus) { mmio?.setStatus(status) }
    mutating func offeredFeatures() -> UInt64 { mmio?.offeredFeatures() ?? 0 }
    mutating func acceptFeatures(_ features: UInt64) { mmio?.acceptFeatures(features) }
    mutating func queueSizeLimit(_ queue: Int) -> UInt16 { mmio?.queueSizeLimit(queue) ?? 0 }
    mutating func enable(_ queue: Int, _ layout: QueueLayout) -> Bool { mmio?.enable(queue, layout) ?? false }
    mutating func notify(_ queue: Int) { mmio?.notify(queue) }
    mutating func takeInterrupts() -> InterruptCauses { mmio?.takeInterrupts() ?? [] }
    mutating func configurationGeneration() -> UInt32 { mmio?.configurationGeneration() ?? 0 }
    mutating func readConfiguration(_ offset: Int) -> UInt32 { mmio?.readConfiguration(offset) ?? 0 }
    mutating func writeConfiguration(_ offset: Int, _ value: UInt32) { mmio?.writeConfiguration(offset, value) }
}
