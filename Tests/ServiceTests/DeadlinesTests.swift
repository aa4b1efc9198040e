import Service
import TestSupport
import Testing

struct DeadlinesTests {
    /// Against the plain way: look at all of them.
    @Test(arguments: SeededGenerator.seeds(4)) func theEarliestIsFirst(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var deadlines = Deadlines()
        var model = [UInt64?](repeating: nil, count: 40)
        for _ in 0..<5_000 {
            let guest = Int.random(in: model.indices, using: &generator)
            let time: UInt64? = generator.oneIn(4) ? nil : generator.number(0...99)
            deadlines.set(guest, to: time)
            model[guest] = time
            let least = model.compactMap(\.self).min()
            #expect(deadlines.first?.time == least)
            if let first = deadlines.first { #expect(model[first.guest] == first.time) }
        }
        for guest in model.indices { deadlines.set(guest, to: nil) }
        #expect(deadlines.first == nil)
    }

    @Test func turnsGoRound() {
        var turns = Turns()
        #expect(turns.count == 0 && turns.next() == nil)
        for guest in [3, 1, 3, 2, 1] { turns.append(guest) }
        #expect(turns.next() == 3)
        // Whoever has had its turn is last again.
        turns.append(3)
        turns.append(2)
        #expect([turns.next(), turns.next(), turns.next(), turns.next()] == [1, 2, 3, nil])
    }
}
