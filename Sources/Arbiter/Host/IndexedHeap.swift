/// Numbered things in the order of their keys, least first: each can be moved or taken out in O(log n).
///
/// Equal keys are ordered by number, so that the same events make the same decisions.
struct IndexedHeap: Sendable, Codable {
    private var heap: [Entry] = []
    /// Where in `heap` a number stands; -1: nowhere.
    private var places: [Int32] = []

    struct Entry: Sendable, Codable {
        var key: Double
        var number: Int32

        static func < (left: Entry, right: Entry) -> Bool {
            left.key < right.key || left.key == right.key && left.number < right.number
        }
    }

    var count: Int { heap.count }
    var isEmpty: Bool { heap.isEmpty }
    var first: (number: Int, key: Double)? { heap.first.map { (Int($0.number), $0.key) } }

    /// Makes room for the numbers below `count`.
    mutating func reserve(_ count: Int) {
        while places.count < count { places.append(-1) }
        heap.reserveCapacity(places.count)
    }

    func contains(_ number: Int) -> Bool { places.indices.contains(number) && places[number] >= 0 }

    func key(of number: Int) -> Double? { contains(number) ? heap[Int(places[number])].key : nil }

    mutating func set(_ number: Int, key: Double) {
        guard places.indices.contains(number), !key.isNaN else { return }
        let entry = Entry(key: key, number: Int32(number))
        let place = Int(places[number])
        guard place >= 0 else {
            heap.append(entry)
            places[number] = Int32(heap.count - 1)
            rise(heap.count - 1)
            return
        }
        guard heap[place].key != key else { return }
        heap[place] = entry
        rise(place)
        sink(Int(places[number]))
    }

    mutating func remove(_ number: Int) {
        guard contains(number) else { return }
        let place = Int(places[number])
        places[number] = -1
        let last = heap.removeLast()
        guard place < heap.count else { return }
        heap[place] = last
        places[Int(last.number)] = Int32(place)
        rise(place)
        sink(Int(places[Int(last.number)]))
    }

    private mutating func rise(_ start: Int) {
        var place = start
        let entry = heap[place]
        while place > 0 {
            let parent = (place - 1) / 2
            guard entry < heap[parent] else { break }
            put(heap[parent], at: place)
            place = parent
        }
        put(entry, at: place)
    }

    private mutating func sink(_ start: Int) {
        var place = start
        let entry = heap[place]
        while 2 * place + 1 < heap.count {
            var child = 2 * place + 1
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < entry else { break }
            put(heap[child], at: place)
            place = child
        }
        put(entry, at: place)
    }

    private mutating func put(_ entry: Entry, at place: Int) {
        heap[place] = entry
        places[Int(entry.number)] = Int32(place)
    }

    /// Order and places agree (for tests).
    var isSound: Bool {
        heap.indices.allSatisfy { place in
            places[Int(heap[place].number)] == Int32(place) && (place == 0 || !(heap[place] < heap[(place - 1) / 2]))
        } && places.count(where: { $0 >= 0 }) == heap.count
    }
}
