import Linux
import Testing
import Virtio

@testable import VfioUser

/// MSI-X vectors and INTx, both as eventfds of the VMM's.
struct InterruptTests {
    private func isSignalled(_ event: borrowing EventCounter) throws -> Bool {
        guard try Readiness.awaitReadable(event.descriptor.raw, until: 0) else { return false }
        return event.drain()
    }

    /// Takes the chain that is there and returns it.
    private func serve(_ bench: Bench, _ queue: Int) throws {
        var chain = DescriptorChain()
        #expect(try bench.next(queue, into: &chain) == .chain)
        bench.complete(queue, head: chain.head)
    }

    /// First one vector without an event, then vector by vector, as QEMU does it.
    @Test func messages() throws {
        let bench = try Bench()
        let configuration = try EventCounter()
        let queue = try EventCounter()
        try bench.map()
        var transport = bench.transport()
        let usesMessages = transport.enableMessages(address: 0xfee0_0000, configuration: 1, queues: 2)
        #expect(usesMessages)
        transport.acceptFeatures(VirtioFeatures.version1)
        transport.setStatus([.acknowledge, .driver, .featuresOK])
        let isEnabled = transport.enable(0, Bench.layout(0))
        #expect(isEnabled)
        transport.setStatus([.acknowledge, .driver, .featuresOK, .driverOK])
        try bench.setInterrupts(2, count: 1)
        try bench.setInterrupts(2, start: 0, count: 1, events: [configuration.descriptor.raw])
        try bench.setInterrupts(2, start: 1, count: 1, events: [queue.descriptor.raw])
        try bench.offer(0)
        try serve(bench, 0)
        #expect(try isSignalled(queue))
        #expect(try !isSignalled(configuration))
        #expect(bench.notifyConfigurationChange())
        #expect(try isSignalled(configuration))
        let causes = transport.takeInterrupts()
        #expect(causes == [])
        // All off.
        try bench.setInterrupts(2, flags: 0x21, count: 0)
        #expect(!bench.notifyConfigurationChange())
        try bench.offer(0, index: 2)
        try serve(bench, 0)
        #expect(try !isSignalled(queue))
    }

    @Test func pin() throws {
        let bench = try Bench()
        let event = try EventCounter()
        try bench.start()
        // A cause from before there was anybody to tell.
        try bench.offer(0)
        try serve(bench, 0)
        try bench.setInterrupts(0, count: 1, events: [event.descriptor.raw])
        #expect(try isSignalled(event))
        // It masks itself until the VMM unmasks it.
        #expect(bench.notifyConfigurationChange())
        #expect(try !isSignalled(event))
        try bench.setInterrupts(0, flags: 0x11, count: 1)
        #expect(try isSignalled(event))
        var transport = bench.transport()
        let causes = transport.takeInterrupts()
        #expect(causes == [.queue, .configuration])
        let further = transport.takeInterrupts()
        #expect(further == [])
        try bench.setInterrupts(0, flags: 0x11, count: 1)
        #expect(try !isSignalled(event))
        // Masked by the VMM.
        try bench.setInterrupts(0, flags: 0x09, count: 1)
        #expect(bench.notifyConfigurationChange())
        #expect(try !isSignalled(event))
        try bench.ask(.setInterrupts, .words(21, 0x12, 0, 0, 1) + [1])
        #expect(try isSignalled(event))
        // An event that unmasks is not offered; QEMU then unmasks by messages.
        #expect(throws: VfioUserFrontEndError.refused(.setInterrupts, errno: 22)) {
            try bench.setInterrupts(0, flags: 0x14, count: 1, events: [event.descriptor.raw])
        }
    }

    @Test func whatIsNotThereCanBeDisabled() throws {
        let bench = try Bench()
        for kind in [1, 3, 4] as [UInt32] {
            try bench.setInterrupts(kind, flags: 0x21, count: 0)
            #expect(throws: VfioUserFrontEndError.refused(.setInterrupts, errno: 22)) {
                try bench.setInterrupts(kind, count: 1)
            }
        }
    }

    @Test(
        arguments: [
            [0x24, 2, 6, 1], [0x24, 2, 0, 7], [0x24, 2, .max, 2], [0x24, 0, 1, 1], [0x27, 2, 0, 1], [0x3c, 2, 0, 1],
            [0, 2, 0, 1], [0x22, 2, 0, 2],
        ] as [[UInt32]])
    func nonsenseClosesTheConnection(words: [UInt32]) throws {
        let bench = try Bench()
        #expect(throws: VfioUserError.self) {
            try bench.setInterrupts(words[1], flags: words[0], start: words[2], count: words[3])
        }
    }

    @Test func descriptorsMustBeEventsAndAsManyAsSaid() throws {
        let event = try EventCounter()
        let pipe = try OwnedPipe()
        #expect(throws: VfioUserError.badValue(.setInterrupts, "the descriptor is not an eventfd")) {
            try Bench().setInterrupts(2, count: 1, events: [pipe.write])
        }
        #expect(throws: VfioUserError.badValue(.setInterrupts, "1 descriptors for 2 interrupts")) {
            try Bench().setInterrupts(2, count: 2, events: [event.descriptor.raw])
        }
    }
}
