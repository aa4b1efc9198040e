import Balloon
import Foundation
import Linux
import Synchronization
import TestSupport
import Testing

@testable import HostMemory

/// The two threads, with real memory between them.
@Suite struct DiscardLoopTests {
    /// Runs a loop on a thread of its own while `body` runs.
    private static func with(_ sets: [PendingPages], _ body: (DiscardLoop) throws -> Void) rethrows {
        let loop = DiscardLoop()
        for set in sets { loop.add(set) }
        let ended = DispatchSemaphore(value: 0)
        Thread {
            loop.run()
            ended.signal()
        }.start()
        defer {
            loop.stop()
            ended.wait()
        }
        try body(loop)
    }

    private static func make(_ pages: UInt64, blockSize: UInt64 = 0) throws -> (MemoryFile, PendingPages) {
        let file = try MemoryFile.sealed(name: "test", size: pages << 12, blockSize: blockSize)
        var table = MemoryTable()
        try table.add(0, pages << 12, of: file)
        return (file, try #require(PendingPages(table)))
    }

    /// Waits until nothing is pending: nothing tells of it.
    private static func settle(_ set: PendingPages) throws {
        let deadline = MonotonicClock.now() + 10_000_000_000
        while set.count > 0 {
            try #require(MonotonicClock.now() < deadline)
            usleep(200)
        }
        // The last piece may still be under way.
        set.exclude(PageRun(start: 0, count: 1 << 20))
        set.removeAll()
    }

    @Test("a thread that sleeps is woken by a notification, again and again")
    func wakes() throws {
        let (file, set) = try Self.make(1024)
        try Self.with([set]) { loop in
            for _ in 0..<50 {
                try file.fill(0..<256 << 12, with: 7)
                #expect(set.insert(PageRun(start: 0, count: 256)))
                loop.notify()
                try Self.settle(set)
                #expect(try file.allocatedBytes() == 0)
            }
        }
        #expect(set.counters.bytes == 50 * 256 << 12)
        #expect(set.counters.failures == 0)
    }

    @Test("guests take turns, and all are served")
    func manyGuests() throws {
        let guests = try (0..<8).map { _ in try Self.make(4096) }
        for (file, _) in guests { try file.fill(0..<4096 << 12, with: 7) }
        try Self.with(guests.map(\.1)) { loop in
            for (_, set) in guests {
                #expect(set.insert(PageRun(start: 0, count: 4096)))
                loop.notify()
            }
            for (file, set) in guests {
                try Self.settle(set)
                #expect(try file.allocatedBytes() == 0)
            }
        }
    }

    @Test("an incomplete block of transparent huge pages is taken after a tenth of a second")
    func age() throws {
        let (file, set) = try Self.make(1024, blockSize: 2 * mebibyte)
        try file.fill(0..<1024 << 12, with: 7)
        try Self.with([set]) { loop in
            let start = MonotonicClock.now()
            #expect(set.insert(PageRun(start: 0, count: 512)))
            #expect(set.insert(PageRun(start: 512, count: 100)))
            loop.notify()
            try Self.settle(set)
            #expect(MonotonicClock.now() - start >= DiscardLoop.patience)
            #expect(try file.allocatedBytes() == 412 << 12)
        }
        #expect(set.counters.calls == 2)
    }

    @Test("the memory of a guest that is gone is let go of, though the thread sleeps")
    func letsGo() throws {
        weak var known: PendingPages?
        try Self.with([]) { loop in
            do {
                let (_, set) = try Self.make(1024)
                known = set
                loop.add(set)
                #expect(set.insert(PageRun(start: 0, count: 256)))
                loop.notify()
                try Self.settle(set)
                usleep(20_000)  // it has gone to sleep by then, or does so later: either is right
                loop.remove(set)
            }
            let deadline = MonotonicClock.now() + 10_000_000_000
            while known != nil, MonotonicClock.now() < deadline { usleep(1000) }
            #expect(known == nil)
        }
    }

    /// The race itself: one thread inflates, deflates, and writes what it has again; the other one punches meanwhile.
    @Test(
        "stress: a page that was deflated and then written never loses its content", arguments: SeededGenerator.seeds(3)
    )
    func stress(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pages: UInt64 = 8192
        let (file, set) = try Self.make(pages)
        let window = try GuardedMapping(of: file.descriptor.raw, offset: 0, length: Int(pages) << 12)
        let words = window.address.bindMemory(to: UInt64.self, capacity: Int(pages) * 512)
        var stamps = [UInt64](repeating: 1, count: Int(pages))
        var given = [Bool](repeating: false, count: Int(pages))
        for page in 0..<Int(pages) { words[page * 512] = 1 }
        var bad = 0
        try Self.with([set]) { loop in
            for round in 2..<3000 as Range<UInt64> {
                let start = random.number(0...pages - 1)
                let count = min(pages - start, random.number(1...random.pick([8, 64, 600])))
                let range = Int(start)..<Int(start + count)
                if random.number(0...1) == 0 {
                    if set.insert(PageRun(start: start, count: count)) {
                        for page in range { given[page] = true }
                    }
                    loop.notify()
                } else {
                    set.takeBack(PageRun(start: start, count: count), populating: random.number(0...3) == 0)
                    for page in range where given[page] {
                        given[page] = false
                        words[page * 512] = round
                        stamps[page] = round
                    }
                    loop.notify()
                }
                // Some pages of the guest's, at random.
                for _ in 0..<64 {
                    let page = Int(random.number(0...pages - 1))
                    if !given[page], words[page * 512] != stamps[page] { bad += 1 }
                }
            }
            for page in 0..<Int(pages) where !given[page] && words[page * 512] != stamps[page] { bad += 1 }
            #expect(bad == 0)
            try Self.settle(set)
            for page in 0..<Int(pages) where !given[page] && words[page * 512] != stamps[page] { bad += 1 }
            #expect(bad == 0)
            // And what was given is gone.
            let left = (0..<Int(pages)).count { given[$0] && words[$0 * 512] != 0 }
            #expect(left == 0)
        }
        #expect(set.counters.failures == 0 && set.counters.calls > 0)
    }
}
