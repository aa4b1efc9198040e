import Balloon
import TestSupport
import Testing

@testable import Arbiter

/// A copy that is looked at while the arbiter goes on.
@Suite struct SnapshotTests {
    private func chunked(_ count: Int) -> ChunkedArray<Int> {
        var array = ChunkedArray<Int>()
        for number in 0..<count { array.append(number) }
        return array
    }

    @Test("property: chunks hold what an array holds", arguments: SeededGenerator.seeds(4))
    func sameAsArray(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var plain: [Int] = []
        var chunked = ChunkedArray<Int>()
        for step in 0..<2000 {
            switch random.number(0...3) as Int {
            case 0:
                let last = chunked.popLast()
                #expect(last == plain.popLast())
            case 1 where !plain.isEmpty:
                let index = random.number(0...plain.count - 1)
                plain[index] = step
                chunked[index] = step
            default:
                plain.append(step)
                chunked.append(step)
            }
            #expect(chunked.count == plain.count && chunked.isEmpty == plain.isEmpty)
        }
        #expect(Array(chunked) == plain && chunked.indices == plain.indices)
    }

    @Test("a change after a copy copies one chunk, and the copy keeps what was")
    func copiesOneChunk() {
        var array = chunked(1000)
        let copy = array
        #expect(array.chunksShared(with: copy) == 63)
        array[500] = -1
        array[501] = -1
        #expect(array.chunksShared(with: copy) == 62)
        #expect(copy[500] == 500 && copy[501] == 501)
        array.append(1000)
        #expect(array.chunksShared(with: copy) == 61 && copy.count == 1000)
    }

    /// 10,000 guests of which 100 are driven.
    private func bench() throws -> (HostBench, [GuestHandle]) {
        var bench = try HostBench(budget: 10_000 * 1024)
        var guests: [GuestHandle] = []
        for number in 0..<10_000 {
            let guest = try bench.add()
            if number % 100 == 0 { guests.append(guest) }
        }
        for guest in guests { bench.answer(guest, available: 900) }
        return (bench, guests)
    }

    @Test("an event after a snapshot copies the guests that it changes, and no more")
    func eventsCopyLittle() throws {
        var (bench, guests) = try bench()
        for guest in guests {
            let snapshot = bench.host.snapshot()
            let chunks = snapshot.books.chunksShared(with: bench.host.books)
            #expect(chunks == 625)
            bench.pass(1000)
            bench.answer(guest, available: 800)
            // The guest itself, those that pay, and those that are given something.
            let most = 1 + 2 * MoveFigures.perEvent
            #expect(snapshot.books.chunksShared(with: bench.host.books) >= chunks - most)
        }
    }

    @Test("a snapshot stays as it is, and plans on it change nothing of the original")
    func isOneMoment() throws {
        var (bench, guests) = try bench()
        let snapshot = bench.host.snapshot()
        let ledger = bench.host.ledger
        _ = snapshot.plan(needing: (guests[0], 2048 * mebibyte), at: bench.now)
        #expect(bench.host.ledger == ledger && bench.host.faults() == [])
        for guest in guests { bench.starve(guest, 0) }
        bench.host.remove(guests[1], at: bench.now)
        #expect(bench.host.ledger != ledger)
        #expect(snapshot.ledger == ledger && snapshot.faults() == [])
        #expect(snapshot.share(of: guests[1]) != nil)
    }
}
