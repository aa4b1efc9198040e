/// Elements in chunks of 16: the first change after a copy copies n / 16 references, and each change one chunk at most.
///
/// What is copied while others wait must not take long, nor make the next change long: an `Array` leaves it to that to copy
/// all of the elements.
struct ChunkedArray<Element: Sendable>: Sendable {
    private static var shift: Int { 4 }
    private static var size: Int { 1 << shift }

    /// All but the last one are full.
    private var chunks: [[Element]] = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    var indices: Range<Int> { 0..<count }

    subscript(index: Int) -> Element {
        _read { yield chunks[index >> Self.shift][index & (Self.size - 1)] }
        _modify { yield &chunks[index >> Self.shift][index & (Self.size - 1)] }
    }

    mutating func append(_ element: Element) {
        if count & (Self.size - 1) == 0 {
            var chunk: [Element] = []
            chunk.reserveCapacity(Self.size)
            chunks.append(chunk)
        }
        chunks[chunks.count - 1].append(element)
        count += 1
    }

    /// Takes the last element off; `nil`: there is none.
    mutating func popLast() -> Element? {
        guard count > 0 else { return nil }
        let element = chunks[chunks.count - 1].removeLast()
        count -= 1
        if count & (Self.size - 1) == 0 { chunks.removeLast() }
        return element
    }

    /// Makes room for so many elements, so that appending them allocates less.
    mutating func reserveCapacity(_ elements: Int) { chunks.reserveCapacity((elements + Self.size - 1) >> Self.shift) }

    /// How many chunks this one and another have in common, as a copy and its origin do until one of them is changed.
    func chunksShared(with other: Self) -> Int {
        zip(chunks, other.chunks).count { mine, theirs in
            mine.withUnsafeBufferPointer { $0.baseAddress } == theirs.withUnsafeBufferPointer { $0.baseAddress }
        }
    }
}

extension ChunkedArray: Sequence {
    func makeIterator() -> some IteratorProtocol<Element> { chunks.joined().makeIterator() }
}
