public import Balloon
internal import Linux
internal import Synchronization

/// The pages of one guest that the host may have and has not yet got: inflated, acknowledged, and to be discarded by
/// another thread (MUST_TELL_HOST, spec V3).
///
/// Two threads have to do with it. The *owner* is the one that serves the guest's queues, the *discarder* the one that
/// gives memory back. Why no page is discarded that the guest has again:
///
/// A page's bit is set by the owner alone. It is cleared by whoever deals with the page: the owner, who then leaves it
/// as it is, or the discarder, who then punches it. The discarder (1) writes the piece that it is about to punch into
/// `slot`, (2) clears bits of it and punches exactly those pages whose bits it cleared, (3) empties `slot`. The owner, for
/// a deflation, (a) clears the pages' bits, (b) waits while `slot` covers any of them. All changes of one word of bits
/// have one order. If (a) comes before (2), the discarder finds the bit clear and does not touch the page. If (2) comes
/// before (a), then (1) is visible to (b): either `slot` still covers the page, and the owner waits, or it is emptied,
/// and the punch is over. So when the owner acknowledges the deflation, no punch of its pages is under way or to come.
/// It waits for no lock, and for nothing but the piece with its own pages.
public final class PendingPages: Sendable {
    /// Pages that may be pending, 256 MiB: what comes on top is discarded by the owner, before its acknowledgement. So a
    /// guest that gives faster than memory can be taken is slowed down by its own discards, and by nobody else's.
    public static let most: UInt64 = 65536

    let regions: [PendingRegion]
    /// What the discarder is at; see ``Slot``. 0: nothing.
    let slot = Atomic<UInt64>(0)
    /// Counts the slot's emptyings, for the owner to wait for.
    private let turns = TurnCounter()
    private let isAwaited = Atomic<Bool>(false)
    /// The discarder has not looked since something was inserted.
    private let isDirty = Atomic<Bool>(false)
    /// Set bits, and pages that are being discarded; may be below the truth, or below 0, for a moment.
    private let discardCount = Atomic<Int>(0)
    private let populateCount = Atomic<Int>(0)

    private let calls = Atomic<UInt64>(0)
    private let bytes = Atomic<UInt64>(0)
    private let failures = Atomic<UInt64>(0)
    private let failedBytes = Atomic<UInt64>(0)
    private let discardError = Atomic<CInt>(0)
    private let populatedBytes = Atomic<UInt64>(0)
    private let populateError = Atomic<CInt>(0)

    /// `nil` where there is no memory to keep account in.
    public init?(_ table: MemoryTable) {
        var regions: [PendingRegion] = []
        for region in table.regions {
            guard let pending = PendingRegion(region) else { return nil }
            regions.append(pending)
        }
        self.regions = regions
    }

    /// Some of the memory has transparent huge pages.
    var prefersWholePieces: Bool { regions.contains(where: \.prefersWholePieces) }

    /// Pages that are yet to be discarded. From any thread.
    public var count: UInt64 { UInt64(max(0, discardCount.load(ordering: .acquiring))) }

    /// What was done here, by either thread. From any thread.
    public var counters: DiscardCounters {
        var counters = DiscardCounters()
        counters.calls = calls.load(ordering: .relaxed)
        counters.bytes = bytes.load(ordering: .relaxed)
        counters.failures = failures.load(ordering: .relaxed)
        counters.failedBytes = failedBytes.load(ordering: .relaxed)
        counters.lastError = Self.error("fallocate(PUNCH_HOLE)", discardError.load(ordering: .relaxed))
        counters.populatedBytes = populatedBytes.load(ordering: .relaxed)
        counters.populateError = Self.error("fallocate", populateError.load(ordering: .relaxed))
        return counters
    }

    private static func error(_ call: String, _ code: CInt) -> SystemError? {
        code == 0 ? nil : SystemError(call, code: code)
    }

    // MARK: - The owner

    /// Leaves a run to the discarder.
    ///
    /// - Returns: false if too much is pending, or the run lies in no region of which memory can be given back: nothing
    ///   was done then.
    public func insert(_ run: PageRun) -> Bool {
        guard run.count <= Self.most, count + run.count <= Self.most, let (region, range) = locate(run),
            region.region.file.punchProblem == nil
        else { return false }
        dropPopulates(of: region, range)
        let new = region.discards.insert(range)
        discardCount.wrappingAdd(new, ordering: .acquiringAndReleasing)
        isDirty.store(true, ordering: .sequentiallyConsistent)
        return true
    }

    /// The guest takes pages back: when this returns no discard of them is under way or to come.
    ///
    /// - Parameter populating: bring those in that were discarded already, soon.
    public func takeBack(_ run: PageRun, populating: Bool = false) {
        guard let (region, range) = locate(run) else { return }
        var wanted = 0
        let gone = region.discards.remove(range) { word, mask, removed in
            // Pages that were still pending have never gone.
            if populating, mask != removed { wanted += region.populates.insert(mask & ~removed, at: word) }
        }
        discardCount.wrappingSubtract(gone, ordering: .acquiringAndReleasing)
        if wanted > 0 {
            populateCount.wrappingAdd(wanted, ordering: .acquiringAndReleasing)
            isDirty.store(true, ordering: .sequentiallyConsistent)
        }
        wait { $0.kind == .discard && $0.touches(run) }
    }

    /// The owner is about to discard a run by itself: nothing else may be done to it meanwhile.
    public func exclude(_ run: PageRun) {
        guard let (region, range) = locate(run) else { return }
        dropPopulates(of: region, range)
        wait { $0.touches(run) }
    }

    /// Discards one piece of what is pending, on the owner's thread.
    ///
    /// - Returns: false if nothing was left.
    public func flushOnePiece() -> Bool {
        var cursor = Cursor()
        guard let (region, piece) = nextPiece({ $0.discards }, from: &cursor, includingPartial: true) else {
            return false
        }
        var runs: [PageRun] = []
        let taken = region.take(piece, from: region.discards, into: &runs)
        for run in runs { discard(run, of: region) }
        discardCount.wrappingSubtract(taken, ordering: .acquiringAndReleasing)
        return true
    }

    /// Forgets all that is pending, and waits until nothing is under way. Afterwards nothing is done any more, unless
    /// something is inserted.
    public func removeAll() {
        for region in regions {
            var index = 0
            while let next = region.discards.next(from: index) {
                let piece = region.piece(of: next)
                let gone = region.discards.remove(piece)
                discardCount.wrappingSubtract(gone, ordering: .acquiringAndReleasing)
                index = piece.upperBound
            }
            index = 0
            while let next = region.populates.next(from: index) {
                let piece = region.piece(of: next)
                dropPopulates(of: region, piece)
                index = piece.upperBound
            }
        }
        wait { _ in true }
    }

    /// Whether ``takeBack(_:populating:)`` would have to wait for this run now.
    func isUnderWay(_ run: PageRun) -> Bool {
        let slot = Slot(slot.load(ordering: .sequentiallyConsistent))
        return slot?.kind == .discard && slot?.touches(run) == true
    }

    private func dropPopulates(of region: PendingRegion, _ range: Range<Int>) {
        guard populateCount.load(ordering: .acquiring) > 0 else { return }
        populateCount.wrappingSubtract(region.populates.remove(range), ordering: .acquiringAndReleasing)
    }

    /// Waits while the discarder is at something that `isInTheWay`.
    private func wait(while isInTheWay: (Slot) -> Bool) {
        while true {
            let turn = turns.value
            guard let slot = Slot(slot.load(ordering: .sequentiallyConsistent)), isInTheWay(slot) else { return }
            isAwaited.store(true, ordering: .sequentiallyConsistent)
            // The turn is over, or whoever ends it sees that it is awaited.
            guard self.slot.load(ordering: .sequentiallyConsistent) == slot.rawValue else { continue }
            turns.wait(while: turn)
        }
    }

    private func locate(_ run: PageRun) -> (PendingRegion, Range<Int>)? {
        for region in regions {
            if let range = region.indices(of: run) { return (region, range) }
        }
        return nil
    }

    // MARK: - The discarder

    /// How far a sweep over all regions has come.
    struct Cursor {
        var region = 0
        var index = 0
    }

    /// Pages that the discarder has made its own.
    struct Claim {
        let kind: Slot.Kind
        let region: PendingRegion
        let runs: [PageRun]
        /// Pages in them.
        let count: Int
    }

    /// Whether something was inserted since the last call.
    func takeDirt() -> Bool { isDirty.exchange(false, ordering: .sequentiallyConsistent) }

    var isTouched: Bool { isDirty.load(ordering: .sequentiallyConsistent) }

    /// Makes the next piece behind `cursor` its own; ``finish()`` has to follow.
    ///
    /// - Parameter includingPartial: take pieces, too, for the rest of which one would rather wait.
    /// - Returns: `nil` if there is none.
    func claim(from cursor: inout Cursor, includingPartial: Bool) -> Claim? {
        if let (region, piece) = nextPiece({ $0.discards }, from: &cursor, includingPartial: includingPartial) {
            return claim(.discard, region, piece)
        }
        guard populateCount.load(ordering: .acquiring) > 0 else { return nil }
        var any = Cursor()
        guard let (region, piece) = nextPiece({ $0.populates }, from: &any, includingPartial: true) else { return nil }
        return claim(.populate, region, piece)
    }

    private func claim(_ kind: Slot.Kind, _ region: PendingRegion, _ piece: Range<Int>) -> Claim {
        let start = region.pages.start + UInt64(piece.lowerBound)
        let run = PageRun(start: start, count: UInt64(piece.count))
        slot.store(Slot(kind, run).rawValue, ordering: .sequentiallyConsistent)
        var runs: [PageRun] = []
        let bitmap = kind == .discard ? region.discards : region.populates
        let taken = region.take(piece, from: bitmap, into: &runs)
        return Claim(kind: kind, region: region, runs: runs, count: taken)
    }

    func perform(_ claim: Claim) {
        for run in claim.runs {
            switch claim.kind {
            case .discard: discard(run, of: claim.region)
            case .populate: populate(run, of: claim.region)
            }
        }
        switch claim.kind {
        case .discard: discardCount.wrappingSubtract(claim.count, ordering: .acquiringAndReleasing)
        case .populate: populateCount.wrappingSubtract(claim.count, ordering: .acquiringAndReleasing)
        }
    }

    func finish() {
        slot.store(0, ordering: .sequentiallyConsistent)
        turns.advance()
        if isAwaited.exchange(false, ordering: .sequentiallyConsistent) { turns.wake() }
    }

    // MARK: - Both

    private func nextPiece(
        _ bitmap: (PendingRegion) -> AtomicBitmap, from cursor: inout Cursor, includingPartial: Bool
    ) -> (PendingRegion, Range<Int>)? {
        while cursor.region < regions.count {
            let region = regions[cursor.region]
            while let index = bitmap(region).next(from: cursor.index) {
                let piece = region.piece(of: index)
                cursor.index = piece.upperBound
                if includingPartial || bitmap(region).isFull(piece) {
                    return (region, piece)
                }
            }
            cursor = Cursor(region: cursor.region + 1)
        }
        return nil
    }

    private func discard(_ run: PageRun, of region: PendingRegion) {
        guard let range = region.region.wholePages(of: run) else { return }
        calls.wrappingAdd(1, ordering: .relaxed)
        do throws(SystemError) {
            try region.region.file.punchHole(offset: range.lowerBound, length: range.upperBound - range.lowerBound)
            bytes.wrappingAdd(range.upperBound - range.lowerBound, ordering: .relaxed)
        } catch {
            failures.wrappingAdd(1, ordering: .relaxed)
            failedBytes.wrappingAdd(range.upperBound - range.lowerBound, ordering: .relaxed)
            discardError.store(error.code, ordering: .relaxed)
        }
    }

    private func populate(_ run: PageRun, of region: PendingRegion) {
        let offset = region.region.fileOffset + (run.start - region.pages.start) << PageFrame.shift
        do throws(SystemError) {
            try region.region.file.populate(offset: offset, length: run.count << PageFrame.shift)
            populatedBytes.wrappingAdd(run.count << PageFrame.shift, ordering: .relaxed)
        } catch {
            populateError.store(error.code, ordering: .relaxed)
        }
    }
}
