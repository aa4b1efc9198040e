internal import DequeModule

/// Guests that wait for a turn, each once, in the order in which they asked.
package struct Turns: Sendable {
    private var waiting = Deque<Int>()
    private var isWaiting: [Bool] = []

    package init() {}

    package var count: Int { waiting.count }

    /// A guest that waits already keeps its place.
    package mutating func append(_ guest: Int) {
        while isWaiting.count <= guest { isWaiting.append(false) }
        guard !isWaiting[guest] else { return }
        isWaiting[guest] = true
        waiting.append(guest)
    }

    package mutating func next() -> Int? {
        guard let guest = waiting.popFirst() else { return nil }
        isWaiting[guest] = false
        return guest
    }
}
