import TestSupport
import Testing

@testable import Virtio

/// Places in a packed ring, and when one side tells the other (VIRTIO 1.4 §2.8.10).
@Suite struct PackedEventTests {
    @Test("places: forward, back again, and over the wire", arguments: [1, 2, 3, 7, 8, 100, 32768] as [UInt16])
    func places(size: UInt16) {
        var random = SeededGenerator(seed: UInt64(size))
        for _ in 0..<1000 {
            let start = PackedPosition(index: random.number(0...(size - 1)), wrap: random.number(0...1) == 1)
            let count = random.number(0...size)
            let end = start.advanced(by: count, size: size)
            #expect(end.index < size)
            #expect(end.distance(from: start, size: size) == UInt32(count))
            #expect(PackedPosition(encoded: end.encoded) == end)
        }
        let once = PackedPosition.start.advanced(by: size, size: size)
        #expect(once == PackedPosition(index: 0, wrap: false))
        #expect(once.advanced(by: size, size: size) == .start)
    }

    @Test("structures: their words, and what they ask for")
    func words() {
        let place = PackedPosition(index: 5, wrap: true)
        #expect(PackedEvent.always.word == 0)
        #expect(PackedEvent.never.word == 1 << 16)
        #expect(PackedEvent.at(place).word == 2 << 16 | 0x8005)
        for event in [PackedEvent.always, .never, .at(place)] { #expect(PackedEvent(word: event.word) == event) }
        // The fourth value is reserved.
        #expect(PackedEvent(word: 3 << 16 | 0x8005) == .always)
        #expect(!PackedEvent.never.asks(after: 100, from: .start, size: 8))
        #expect(PackedEvent.always.asks(after: 1, from: .start, size: 8))
    }

    @Test("a place asks when it was passed, counted entry by entry")
    func passed() {
        let size: UInt16 = 5
        for start in 0..<10 {
            let from = PackedBench.place(start, size)
            for event in 0..<10 {
                for count in 0...5 {
                    let isPassed = (0..<count).contains { (start + $0) % 10 == event }
                    let asks = PackedEvent.at(PackedBench.place(event, size))
                        .asks(after: UInt32(count), from: from, size: size)
                    #expect(asks == isPassed)
                }
            }
        }
        // Nonsense: rather one too many.
        #expect(PackedEvent.at(PackedPosition(index: 5, wrap: true)).asks(after: 1, from: .start, size: size))
    }

    @Test("the device asks for the next entry with EVENT_IDX, and else for all")
    func deviceAsks() throws {
        for isEvent in [false, true] {
            let bench = try PackedBench(from: 9, eventIndex: isEvent)
            check(!bench.rearm())
            #expect(
                bench.memory.load(UInt32.self, at: PackedBench.deviceEvent) == (isEvent ? 2 << 16 | 1 : 0))
            bench.offer(0, 1)
            check(bench.rearm())
        }
    }

    @Test("the driver is told once for what was returned since the last time")
    func driverIsTold() throws {
        let bench = try PackedBench(eventIndex: true)
        bench.memory.store(UInt32(2 << 16 | 0x8001), at: PackedBench.driverEvent)
        for id in 0..<3 as Range<UInt16> {
            bench.offer(0, 1, id: id)
            #expect(try bench.next() == .chain)
        }
        check(!bench.needsNotification())
        bench.complete(0)
        check(!bench.needsNotification())
        bench.complete(1)
        bench.complete(2)
        check(bench.needsNotification())
        check(!bench.needsNotification())
    }
}
