internal import Virtio

/// The three parts of a ring, mapped: at once where their pages lie side by side, as Linux lays split rings out, so that
/// no page is mapped twice. One by one otherwise.
struct RingParts: ~Copyable {
    private let first: RingMapping
    private let second: RingMapping?
    private let third: RingMapping?
    let table: UnsafeMutableRawPointer
    let driver: UnsafeMutableRawPointer
    let device: UnsafeMutableRawPointer

    init(
        _ kind: RingKind, at addresses: MappedQueue.Addresses, size: UInt16, in memory: borrowing MemoryTable
    ) throws(RingMappingError) {
        let counts = (kind.tableBytes(size), kind.driverBytes(size), kind.deviceBytes(size))
        let spans = [
            Span(addresses.descriptors, counts.0), Span(addresses.available, counts.1), Span(addresses.used, counts.2),
        ]
        if let whole = Span(joining: spans),
            let mapping = try? RingMapping(of: memory, userAddress: whole.start, count: Int(whole.end - whole.start))
        {
            table = mapping.address + Int(addresses.descriptors - whole.start)
            driver = mapping.address + Int(addresses.available - whole.start)
            device = mapping.address + Int(addresses.used - whole.start)
            first = consume mapping
            second = nil
            third = nil
            return
        }
        let descriptors = try RingMapping(of: memory, userAddress: addresses.descriptors, count: counts.0)
        let available = try RingMapping(of: memory, userAddress: addresses.available, count: counts.1)
        let used = try RingMapping(of: memory, userAddress: addresses.used, count: counts.2)
        table = descriptors.address
        driver = available.address
        device = used.address
        first = consume descriptors
        second = consume available
        third = consume used
    }

    /// The file was truncated under the ring.
    var isBroken: Bool { first.isBroken || Self.isBroken(second) || Self.isBroken(third) }

    private static func isBroken(_ mapping: borrowing RingMapping?) -> Bool {
        switch mapping {
        case .some(let mapping): mapping.isBroken
        case .none: false
        }
    }

    /// Guest-physical pages of the ring: start and count, up to three ranges.
    func forEachPageRange(_ body: (UInt64, UInt64) -> Void) {
        body(first.firstPage, first.pageCount)
        Self.visit(second, body)
        Self.visit(third, body)
    }

    private static func visit(_ mapping: borrowing RingMapping?, _ body: (UInt64, UInt64) -> Void) {
        switch mapping {
        case .some(let mapping): body(mapping.firstPage, mapping.pageCount)
        case .none: break
        }
    }

    /// A range of the VMM's address space.
    private struct Span {
        let start: UInt64
        let end: UInt64

        /// - Parameter count: bytes.
        init(_ start: UInt64, _ count: Int) {
            self.start = start
            end = start &+ UInt64(count)
        }

        /// All of `spans`; `nil` if there is a page between them that none of them touches, or one of them wraps around.
        init?(joining spans: [Span]) {
            let sorted = spans.sorted { $0.start < $1.start }
            guard let first = sorted.first, spans.allSatisfy({ $0.start < $0.end }) else { return nil }
            var end = first.end
            for span in sorted {
                guard span.start >> 12 <= (end - 1) >> 12 + 1 else { return nil }
                end = max(end, span.end)
            }
            start = first.start
            self.end = end
        }
    }
}
