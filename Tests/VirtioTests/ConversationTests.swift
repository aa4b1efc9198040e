import TestSupport
import Testing
import Virtio

/// Both sides of a queue in one process, with random steps: every chain arrives as it was sent and comes back once, and
/// nobody sleeps while the other has something for it.
@Suite struct ConversationTests {
    @Test(
        "device and driver understand each other", arguments: [RingKind.split, .packed], 1...20 as ClosedRange<UInt64>)
    func conversation(kind: RingKind, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let isEvent = random.number(0...1) == 1
        let isIndirect = random.number(0...1) == 1
        let size = kind == .split ? UInt16(1) << random.number(1...5) : random.number(2...32)
        let memory = TestMemory(size: 1 << 16)
        let base = try #require(memory.bytes.baseAddress)
        let ring = try QueueRing(kind: kind, size: size, table: base, driver: base + 1024, device: base + 2048)
        var device = try DeviceQueue(
            ring: ring, base: kind.freshBase, usesEventIndex: isEvent, allowsIndirect: isIndirect)
        let tables = SharedArea(base: base + 4096, address: 4096, count: 32 * 64)
        var driver = try DriverQueue<32>(
            ring: ring, usesEventIndex: isEvent, indirect: isIndirect ? tables : nil, indirectEntries: 4)
        // What was sent and not taken, by token; what the device has; what was returned and not seen.
        var sent: [(UInt16, [DescriptorChain.Buffer])] = []
        var taken: [(head: UInt16, token: UInt16)] = []
        var returned: [UInt16] = []
        var token: UInt16 = 0
        var chain = DescriptorChain()
        // Whether a side may sleep, for which it has asked to be woken.
        var deviceSleeps = false
        var driverSleeps = false
        for step in 0..<5000 {
            switch random.number(0...5) {
            case 0, 1:
                for _ in 0..<random.number(1...3) {
                    let count = random.number(1...min(5, Int(size)))
                    let writable = random.number(0...count)
                    let buffers = (0..<count).map { index in
                        DescriptorChain.Buffer(
                            address: random.number(0 ... .max), length: random.number(0...1000),
                            isDeviceWritable: index >= writable)
                    }
                    do throws(AddFault) {
                        try driver.add(buffers.span, token: token)
                        sent.append((token, buffers))
                        token &+= 1
                    } catch {
                        try #require(error == .full)
                    }
                }
                if driver.publish() { deviceSleeps = false }
            case 2 where !deviceSleeps:
                guard case .chain = try device.next(from: memory, into: &chain) else {
                    deviceSleeps = !device.rearm()
                    try #require(!deviceSleeps || sent.isEmpty, "the device sleeps over \(sent.count), step \(step)")
                    continue
                }
                let (token, buffers) = sent.removeFirst()
                try #require(chain.buffers == buffers)
                taken.append((chain.head, token))
            case 3 where !taken.isEmpty:
                for _ in 0..<random.number(1...taken.count) {
                    let done = taken.remove(at: random.number(0...(taken.count - 1)))
                    device.complete(head: done.head)
                    returned.append(done.token)
                }
                if device.needsNotification() { driverSleeps = false }
            case 4 where !driverSleeps:
                while let done = try driver.next() { try #require(done.token == returned.removeFirst()) }
                driverSleeps = !driver.rearm()
                try #require(!driverSleeps || returned.isEmpty)
            default: break
            }
            // Whoever sleeps has nothing to do.
            if driverSleeps { try #require(returned.isEmpty, "the driver sleeps over a return, step \(step)") }
            if deviceSleeps { try #require(sent.isEmpty, "the device sleeps over a chain, step \(step)") }
        }
    }

    @Test("what was taken and not returned is taken again by the next device", arguments: [RingKind.split, .packed])
    func takenAgain(kind: RingKind) throws {
        let memory = TestMemory(size: 1 << 16)
        let base = try #require(memory.bytes.baseAddress)
        let ring = try QueueRing(kind: kind, size: 8, table: base, driver: base + 1024, device: base + 2048)
        var driver = try DriverQueue<8>(ring: ring, usesEventIndex: false)
        var chain = DescriptorChain()
        var position = kind.freshBase
        for round in 0..<50 as Range<UInt16> {
            var device = try DeviceQueue(ring: ring, base: position, usesEventIndex: false, allowsIndirect: false)
            for token in 0..<3 as Range<UInt16> {
                let two: InlineArray<2, DescriptorChain.Buffer> = [
                    readable(UInt64(round), 1), readable(UInt64(token), 1),
                ]
                try driver.add(two.span, token: token)
            }
            _ = driver.publish()
            // One is returned, one is held, one is not looked at.
            for _ in 0..<2 { #expect(try device.next(from: memory, into: &chain) == .chain) }
            #expect(chain.buffers.last?.address == 1)
            var again = try DeviceQueue(
                ring: ring, base: device.position(retaking: 2), usesEventIndex: false, allowsIndirect: false)
            for token in 0..<3 as Range<UInt64> {
                #expect(try again.next(from: memory, into: &chain) == .chain)
                #expect(chain.buffers.map(\.address) == [UInt64(round), token])
                again.complete(head: chain.head)
            }
            position = again.position
            for token in 0..<3 as Range<UInt16> { #expect(try driver.next()?.token == token) }
        }
    }

    @Test("a ring that is mapped elsewhere keeps what was taken from it", arguments: [RingKind.split, .packed])
    func moved(kind: RingKind) throws {
        let memory = TestMemory(size: 1 << 16)
        let base = try #require(memory.bytes.baseAddress)
        let ring = try QueueRing(kind: kind, size: 8, table: base, driver: base + 1024, device: base + 2048)
        var driver = try DriverQueue<8>(ring: ring, usesEventIndex: false)
        var device = try DeviceQueue(ring: ring, base: kind.freshBase, usesEventIndex: false, allowsIndirect: false)
        var chain = DescriptorChain()
        try driver.add(readable(1, 1), token: 5)
        _ = driver.publish()
        #expect(try device.next(from: memory, into: &chain) == .chain)
        try device.move(to: ring)
        device.complete(head: chain.head)
        #expect(try driver.next()?.token == 5)
        let larger = try QueueRing(kind: kind, size: 16, table: base, driver: base + 1024, device: base + 2048)
        #expect(throws: QueueFault.badSize) { try device.move(to: larger) }
    }

    @Test("a packed ring shows that it was used, though its position is a fresh one's again")
    func turned() throws {
        let memory = TestMemory(size: 1 << 16)
        let base = try #require(memory.bytes.baseAddress)
        let ring = try QueueRing(kind: .packed, size: 8, table: base, driver: base + 1024, device: base + 2048)
        var driver = try DriverQueue<8>(ring: ring, usesEventIndex: false)
        var device = try DeviceQueue(
            ring: ring, base: RingKind.packed.freshBase, usesEventIndex: false, allowsIndirect: false)
        var chain = DescriptorChain()
        // A driver that fills its ring before it starts is still a fresh one.
        for token in 0..<8 as Range<UInt16> { try driver.add(readable(1, 1), token: token) }
        _ = driver.publish()
        check(!device.hasTurned)
        for _ in 0..<2 {
            while try device.next(from: memory, into: &chain) == .chain { device.complete(head: chain.head) }
            while try driver.next() != nil {}
            check(device.hasTurned)
            if device.position == RingKind.packed.freshBase { return }
            for token in 0..<8 as Range<UInt16> { try driver.add(readable(1, 1), token: token) }
            _ = driver.publish()
        }
        Issue.record("the position is not a fresh one's again")
    }
}
