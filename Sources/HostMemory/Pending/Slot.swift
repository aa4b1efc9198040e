internal import Balloon

/// What the discarder is at, in one word that is written at once: first page, count, and kind.
struct Slot {
    enum Kind: UInt64 {
        case discard = 0
        case populate = 1
    }

    let rawValue: UInt64

    /// - Parameter run: below page 2^32, of less than 2^31 pages, as pieces are.
    init(_ kind: Kind, _ run: PageRun) {
        rawValue = run.start << 32 | (run.count & 0x7fff_ffff) << 1 | kind.rawValue
    }

    /// `nil` for 0, which means nothing.
    init?(_ rawValue: UInt64) {
        guard rawValue != 0 else { return nil }
        self.rawValue = rawValue
    }

    var kind: Kind { rawValue & 1 == 0 ? .discard : .populate }

    func touches(_ run: PageRun) -> Bool {
        PageRun(start: rawValue >> 32, count: rawValue >> 1 & 0x7fff_ffff).intersection(run) != nil
    }
}
