import TestSupport
import Testing
import Virtio

@Suite struct NotificationTests {
    @Test("nothing completed, nothing to tell", arguments: [false, true])
    func nothing(eventIndex: Bool) throws {
        let bench = try QueueBench(eventIndex: eventIndex)
        #expect(!bench.needsNotification())
    }

    @Test("without EVENT_IDX the driver's flag decides")
    func flags() throws {
        let bench = try QueueBench()
        bench.complete(0)
        #expect(bench.needsNotification())
        #expect(!bench.needsNotification(), "told once")
        bench.driver.wantsNoInterrupt = true
        bench.complete(0)
        #expect(!bench.needsNotification())
        bench.driver.wantsNoInterrupt = false
        #expect(!bench.needsNotification(), "what was completed while it wanted none is not told later")
        bench.complete(0)
        #expect(bench.needsNotification())
    }

    @Test("robustness: with EVENT_IDX the flag is ignored")
    func flagIgnored() throws {
        let bench = try QueueBench(eventIndex: true)
        bench.driver.wantsNoInterrupt = true
        bench.driver.usedEvent = 0
        bench.complete(0)
        #expect(bench.needsNotification())
    }

    @Test("with EVENT_IDX a batch is told of if it passes used_event at any place")
    func batch() throws {
        let bench = try QueueBench(eventIndex: true)
        bench.driver.usedEvent = 2
        for _ in 0..<2 { bench.complete(0) }
        #expect(!bench.needsNotification(), "entries 0 and 1 are not what it waits for")
        for _ in 0..<5 { bench.complete(0) }
        #expect(bench.needsNotification(), "entry 2 was in the batch")
        bench.complete(0)
        #expect(!bench.needsNotification())
    }

    @Test("property: needsNotification equals the naive rule", arguments: SeededGenerator.seeds(20))
    func naiveModel(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let base: UInt16 = random.oneIn(2) ? random.number(65500...65535) : random.number(0 ... .max)
        let eventIndex = random.oneIn(2)
        let bench = try QueueBench(base: base, eventIndex: eventIndex)
        var used = base
        for _ in 0..<500 {
            let batch = random.number(0...6 as ClosedRange<UInt16>)
            for _ in 0..<batch { bench.complete(0) }
            let event = random.oneIn(8) ? random.number(0 ... .max) : used &+ random.number(0...8) &- 2
            let silent = random.oneIn(2)
            bench.driver.usedEvent = event
            bench.driver.wantsNoInterrupt = silent
            let passed = (0..<batch).contains { used &+ $0 == event }
            let wanted = batch > 0 && (eventIndex ? passed : !silent)
            used &+= batch
            #expect(bench.needsNotification() == wanted, "used \(used), batch \(batch), event \(event)")
            #expect(bench.driver.usedIndex == used)
        }
    }

    @Test("rearm finds the chain that came between", arguments: [false, true])
    func rearmRace(eventIndex: Bool) throws {
        let bench = try QueueBench(eventIndex: eventIndex)
        #expect(try bench.next() == .empty)
        bench.driver.offer(0)
        #expect(bench.rearm())
        #expect(try bench.next() == .chain)
        #expect(!bench.rearm())
    }

    @Test("rearm asks to be told of the next chain")
    func rearmAsks() throws {
        let byIndex = try QueueBench(base: 65535, eventIndex: true)
        byIndex.driver.offer(0)
        #expect(try byIndex.next() == .chain)
        #expect(!byIndex.rearm())
        #expect(byIndex.driver.availableEvent == 0)
        let byFlag = try QueueBench(eventIndex: false)
        byFlag.driver.usedFlags = 1
        #expect(!byFlag.rearm())
        #expect(byFlag.driver.usedFlags == 0)
    }

    @Test("property: no chain is forgotten, however driver and device interleave", arguments: SeededGenerator.seeds(20))
    func noLostKick(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bench = try QueueBench(size: 4, base: random.number(65000...65535), eventIndex: true)
        var inFlight = 0
        var isAwake = false
        var isEmptySeen = false
        // The driver's steps: publish, then look at avail_event. The device's: take, or rearm and sleep.
        var published: UInt16?
        _ = bench.rearm()
        for _ in 0..<3000 {
            if random.oneIn(2) {
                if let new = published {
                    // Of the driver: the event index between the old and the new index (VIRTIO 1.4 2.7.7.1).
                    if bench.driver.availableEvent == new &- 1 { isAwake = true }
                    published = nil
                } else if inFlight < 4 {
                    bench.driver.offer(0)
                    inFlight += 1
                    published = bench.driver.availableIndex
                }
            } else if isAwake {
                if isEmptySeen {
                    isAwake = bench.rearm()
                    isEmptySeen = false
                } else if try bench.next() == .chain {
                    bench.complete(bench.chain.head)
                    inFlight -= 1
                } else {
                    isEmptySeen = true
                }
            }
            #expect(isAwake || published != nil || inFlight == 0, "the device sleeps on \(inFlight) chains")
        }
    }
}
