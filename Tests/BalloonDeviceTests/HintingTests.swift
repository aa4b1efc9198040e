import Balloon
import BalloonDevice
import TestSupport
import Testing
import Virtio

@Suite struct HintingTests {
    private func command(_ bench: DeviceBench, _ id: UInt32, size: Int = 4) -> Bool {
        let bytes = withUnsafeBytes(of: id.littleEndian, Array.init) + [9, 9, 9, 9]
        return hint(bench, bench.chain(of: Array(bytes[..<size])))
    }

    private func pages(_ bench: DeviceBench, _ length: UInt32) -> Bool {
        hint(bench, DescriptorChain(head: 0, buffers: [.init(address: 0, length: length, isDeviceWritable: true)]))
    }

    private func hint(_ bench: DeviceBench, _ chain: DescriptorChain) -> Bool {
        bench.device.hint(chain, memory: bench.memory)
    }

    private func commandID(_ bench: DeviceBench) -> UInt32 { bench.device.configuration.freePageHintCommandID }

    @Test("spec D25, D29, V11: a command, its hints, and DONE when the driver stops")
    func course() {
        let bench = DeviceBench()
        #expect(commandID(bench) == FreePageHinting.stop)
        #expect(bench.startHinting())
        let id = commandID(bench)
        #expect(id >= 2)
        #expect(bench.device.hinting.state == .requested)
        #expect(!command(bench, id))
        #expect(bench.device.hinting.state == .started)
        #expect(!pages(bench, 4 << 20))
        #expect(!pages(bench, 4 << 20))
        #expect(bench.device.hinting.bytes == 8 << 20)
        #expect(command(bench, FreePageHinting.stop))
        #expect(commandID(bench) == FreePageHinting.done)
        #expect(bench.device.hinting.state == .idle)
        #expect(bench.device.counters.hintedBytes == 8 << 20)
        #expect(bench.device.seen == .freePageHint)
        #expect(bench.sink.runs.isEmpty, "spec D30, V9, V10: nothing is ever discarded")
        #expect(bench.device.held.count == 0)
    }

    @Test("spec V7: no new command before the driver has ended the last")
    func oneAtATime() {
        let bench = DeviceBench()
        #expect(bench.startHinting())
        let id = commandID(bench)
        #expect(!bench.startHinting())
        _ = command(bench, id)
        #expect(!bench.startHinting())
        _ = command(bench, FreePageHinting.stop)
        #expect(bench.startHinting())
        #expect(commandID(bench) == id + 1)
        #expect(bench.device.hinting.bytes == 0)
    }

    @Test("spec V8: pages before the start, after the end, or under a stale command are ignored")
    func stale() {
        let bench = DeviceBench()
        _ = pages(bench, 4096)
        #expect(bench.startHinting())
        _ = pages(bench, 4096)
        #expect(!command(bench, 77), "not the id that was asked for")
        _ = pages(bench, 4096)
        _ = command(bench, commandID(bench))
        #expect(!command(bench, commandID(bench)), "spec D26: the same id again changes nothing")
        #expect(bench.device.hinting.state == .started)
        #expect(command(bench, FreePageHinting.stop))
        _ = pages(bench, 4096)
        #expect(bench.device.counters.hintedBytes == 0)
        #expect(bench.device.counters.ignoredHints == 4)
    }

    @Test("robustness: commands that are too short, and too long", arguments: 0...8)
    func commandSize(size: Int) {
        let bench = DeviceBench()
        #expect(bench.startHinting())
        _ = command(bench, commandID(bench), size: size)
        #expect(bench.device.hinting.state == (size < 4 ? .requested : .started))
        #expect(bench.device.counters.ignoredHints == (size < 4 ? 1 : 0))
    }

    @Test("robustness: commands that cannot be read, and chains of nothing")
    func unreadable() {
        let bench = DeviceBench()
        #expect(bench.startHinting())
        let outside = DescriptorChain(head: 0, buffers: [.init(address: 1 << 40, length: 4, isDeviceWritable: false)])
        #expect(!hint(bench, outside))
        #expect(!hint(bench, DescriptorChain()))
        #expect(bench.device.counters.unreadable == 1)
        #expect(bench.device.hinting.state == .requested)
    }

    @Test("robustness: hints claim no more than there is memory, however often they come")
    func bounded() {
        let bench = DeviceBench(pages: 16)
        #expect(bench.startHinting())
        _ = command(bench, commandID(bench))
        for _ in 0..<100 { _ = pages(bench, .max) }
        #expect(bench.device.hinting.bytes == 100 * 16 * 4096)
    }

    @Test("spec V6: without the feature, or a driver, nothing is asked")
    func unavailable() {
        let without = DeviceBench(negotiating: [.mustTellHost])
        #expect(!without.startHinting())
        let stopped = DeviceBench()
        stopped.device.stop()
        #expect(!stopped.startHinting())
        #expect(commandID(stopped) == FreePageHinting.stop)
    }

    @Test("a new driver finds STOP, and ids that were not used before")
    func newDriver() {
        let bench = DeviceBench()
        #expect(bench.startHinting())
        let id = commandID(bench)
        bench.device.stop()
        bench.device.startFresh()
        #expect(commandID(bench) == FreePageHinting.stop)
        #expect(!command(bench, id))
        #expect(bench.device.hinting.state == .idle)
        #expect(bench.startHinting())
        #expect(commandID(bench) == id + 1)
    }
}
