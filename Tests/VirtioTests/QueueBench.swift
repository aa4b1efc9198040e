import TestSupport
import Virtio

/// The device's side of a queue with the driver's side of the same ring.
final class QueueBench {
    let driver: DriverRing
    private(set) var queue: SplitQueue
    var chain = DescriptorChain()

    init(
        size: UInt16 = 8, base: UInt16 = 0, eventIndex: Bool = false, indirect: Bool = true, dataBytes: Int = 65536
    ) throws {
        driver = DriverRing(size: size, dataBytes: dataBytes, firstIndex: base)
        queue = SplitQueue(
            ring: try driver.deviceSide(), base: base, usesEventIndex: eventIndex, allowsIndirect: indirect)
    }

    func next() throws(QueueFault) -> NextChain { try queue.next(from: driver.memory, into: &chain) }
    func complete(_ head: UInt16, written: UInt32 = 0) { queue.complete(head: head, written: written) }
    func needsNotification() -> Bool { queue.needsNotification() }
    func rearm() -> Bool { queue.rearm() }
    var nextAvailable: UInt16 { queue.nextAvailable }

    /// Offers a chain of these buffers and takes it.
    func take(_ buffers: [DescriptorChain.Buffer]) throws(QueueFault) -> NextChain {
        driver.setChain(buffers)
        driver.offer(0)
        return try next()
    }
}

/// A buffer that the device reads.
func readable(_ address: UInt64, _ length: UInt32) -> DescriptorChain.Buffer {
    .init(address: address, length: length, isDeviceWritable: false)
}

/// A buffer that the device writes.
func writable(_ address: UInt64, _ length: UInt32) -> DescriptorChain.Buffer {
    .init(address: address, length: length, isDeviceWritable: true)
}
