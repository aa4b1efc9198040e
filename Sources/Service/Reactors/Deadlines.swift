/// When each guest of a reactor is due next: setting one and taking the earliest cost O(log n), and nothing is stale.
///
/// A binary heap that knows where each guest stands in it. (swift-collections' heap cannot move an entry; one that
/// leaves old entries behind would wake an idle daemon for nothing.)
package struct Deadlines: Sendable {
    /// Guests in heap order: each is due no later than the two behind it.
    private var order: [Int] = []
    /// By guest: where it stands in `order`, and when it is due. -1: nowhere.
    private var places: [Int] = []
    private var times: [UInt64] = []

    package init() {}

    /// The guest that is due first, and when (ns).
    package var first: (guest: Int, time: UInt64)? { order.first.map { ($0, times[$0]) } }

    /// A guest is due at `time` (ns); `nil`: never.
    package mutating func set(_ guest: Int, to time: UInt64?) {
        while places.count <= guest {
            places.append(-1)
            times.append(0)
        }
        let place = places[guest]
        guard let time else {
            if place >= 0 { remove(at: place) }
            return
        }
        if place < 0 {
            times[guest] = time
            order.append(guest)
            places[guest] = order.count - 1
            rise(from: order.count - 1)
        } else if times[guest] != time {
            times[guest] = time
            rise(from: place)
            sink(from: places[guest])
        }
    }

    private mutating func remove(at place: Int) {
        let last = order.count - 1
        swap(place, last)
        places[order.removeLast()] = -1
        guard place < last else { return }
        let moved = order[place]
        rise(from: place)
        sink(from: places[moved])
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0, time(at: place) < time(at: (place - 1) / 2) {
            swap(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while true {
            var least = place
            for child in 2 * place + 1...2 * place + 2 where child < order.count && time(at: child) < time(at: least) {
                least = child
            }
            guard least != place else { return }
            swap(place, least)
            place = least
        }
    }

    private func time(at place: Int) -> UInt64 { times[order[place]] }

    private mutating func swap(_ one: Int, _ other: Int) {
        order.swapAt(one, other)
        places[order[one]] = one
        places[order[other]] = other
    }
}
