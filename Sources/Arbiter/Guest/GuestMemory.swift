public import Balloon

/// How much memory a guest has: what it says of itself, held against what its VMM shares; the smaller counts.
///
/// A VMM may share more than its guest has: memory that the kernel was told to leave alone (`mem=`), a DIMM that is not
/// online, a virtio-mem device that is not plugged. None of that can go into a balloon, and none of it is used.
///
/// What a guest says is a claim. One that lies high is held against what is shared; one that lies low is steered as the small
/// guest that it says it is, and under a budget counts with what the host really spends on it.
public struct GuestMemory: Sendable, Equatable, Codable {
    /// What its operator wrote; it counts until more is known.
    public let configured: Pages?
    /// What its VMM shares; `nil`: there is none.
    public private(set) var shared: Pages?
    private var knowledge = Knowledge.none
    /// What tells whether the guest's total moves with its balloon.
    private var scale = Scale(isShrinking: true)

    private enum Knowledge: Sendable, Equatable, Codable {
        /// No driver has run.
        case none
        /// A driver has begun to run and is to say. Until then it is taken to have what it had before.
        case awaited(Pages?)
        /// The guest does not tell.
        case untold
        case told(Told)
    }

    private struct Told: Sendable, Equatable, Codable {
        /// What counts.
        var pages: Pages
        /// What its kernel keeps of that to itself.
        var kept: Pages = 0
        /// More than that, as the last set said: it takes another one to be believed.
        var growth: Pages?
    }

    /// - Parameter configured: what its operator wrote; `nil`: nothing.
    public init(configured: Pages? = nil) {
        self.configured = configured
    }

    /// Pages that the guest has, as far as is known; `nil`: nothing is known.
    public var counted: Pages? {
        guard let shared else { return configured }
        switch knowledge {
        case .none: return min(configured ?? shared, shared)
        case .awaited(let before): return min(before ?? shared, shared)
        case .untold: return shared
        case .told(let told): return min(told.pages, shared)
        }
    }

    /// The guest says that it has less than its VMM shares.
    public var isLess: Bool {
        guard case .told = knowledge, let shared, let counted else { return false }
        return counted < shared
    }

    /// The guest has said what it has.
    public var isTold: Bool {
        if case .told = knowledge { true } else { false }
    }

    /// Begins anew: its VMM is gone, or another one came.
    public mutating func forget() { self = GuestMemory(configured: configured) }

    /// Takes up what the VMM shares. More of it is the guest's once the guest says so, if it says anything.
    public mutating func note(shared pages: Pages) {
        shared = pages
        if case .told(var told) = knowledge, told.pages > pages {
            told.pages = pages
            knowledge = .told(told)
        }
    }

    /// A driver with an empty balloon runs.
    ///
    /// - Parameters:
    ///   - tells: it has agreed to send statistics.
    ///   - deflatesOnOOM: it negotiated DEFLATE_ON_OOM. Then Linux leaves its balloon in the total.
    public mutating func driverStarted(tells: Bool, deflatesOnOOM: Bool) {
        scale = Scale(isShrinking: !deflatesOnOOM)
        guard tells else {
            knowledge = .untold
            return
        }
        switch knowledge {
        case .none: knowledge = .awaited(configured)
        case .told(let told): knowledge = .awaited(told.pages)
        case .untold, .awaited: knowledge = .awaited(nil)
        }
    }

    /// The guest did not answer.
    public mutating func notAnswered() {
        if case .awaited = knowledge { knowledge = .untold }
    }

    /// Takes in what a set of statistics says.
    ///
    /// - Parameter held: what is in the balloon now.
    public mutating func hear(_ set: borrowing BalloonStatistics, held: Pages) {
        guard let shared else { return }
        guard let bytes = set[.totalMemory], bytes >= PageFrame.size else { return notAnswered() }
        let total = Pages(bytes: bytes)
        guard scale.weigh(total: total, held: held) else { return }
        let claim = min(total + (scale.isShrinking || total <= held ? held : 0), shared)
        guard case .told(var told) = knowledge else {
            knowledge = .told(first(claim, of: shared))
            return
        }
        take(claim, into: &told)
        knowledge = .told(told)
    }

    private func first(_ claim: Pages, of shared: Pages) -> Told {
        let kept = shared - claim
        let most = max(MemoryFigures.leastKept, shared / MemoryFigures.keptDivisor)
        return kept <= most ? Told(pages: shared, kept: kept) : Told(pages: claim)
    }

    private func take(_ claim: Pages, into told: inout Told) {
        guard let shared else { return }
        var new = Told(pages: min(claim + told.kept, shared), kept: told.kept)
        // All of what is shared is there now, but for what the kernel keeps.
        let whole = first(claim, of: shared)
        if whole.pages > new.pages, new.pages > told.pages + MemoryFigures.jitter { new = whole }
        let growth = new.pages - told.pages
        if growth < 0 - MemoryFigures.jitter {
            told = new
        } else if growth <= MemoryFigures.jitter {
            told.growth = nil
        } else if let before = told.growth, (before - new.pages).magnitude <= MemoryFigures.jitter {
            told = new
        } else {
            told.growth = new.pages
        }
    }

    /// Whether a guest's total moves with its balloon, and when both are of one moment.
    private struct Scale: Sendable, Equatable, Codable {
        /// Linux takes the balloon out of its total, but for DEFLATE_ON_OOM; others leave it in. It is guessed by the feature, and
        /// then seen.
        private(set) var isShrinking: Bool
        /// It was seen otherwise once.
        private var isDoubted = false
        private var last: Pages = 0
        private var mark: Mark?

        private struct Mark: Sendable, Equatable, Codable {
            var total: Pages
            var held: Pages
        }

        init(isShrinking: Bool) {
            self.isShrinking = isShrinking
        }

        /// Takes in what a balloon that moved has shown. Once proves nothing: memory may have come meanwhile.
        private mutating func learn(_ isShrinkingNow: Bool) {
            let isNews = isShrinkingNow != isShrinking
            if isNews, isDoubted { isShrinking = isShrinkingNow }
            isDoubted = isNews && !isDoubted
        }

        /// Takes in a set.
        ///
        /// - Returns: whether the balloon stands still, so that what is said and what is held can be put together.
        mutating func weigh(total: Pages, held: Pages) -> Bool {
            let moved = held - last
            last = held
            guard moved.magnitude <= MemoryFigures.still else { return false }
            let new = Mark(total: total, held: held)
            guard let mark else {
                self.mark = new
                return true
            }
            let way = held - mark.held
            guard way.magnitude >= MemoryFigures.telling else { return true }
            self.mark = new
            let followed = mark.total - total
            let slop = way.magnitude / MemoryFigures.tellingDivisor
            if (followed - way).magnitude <= slop { learn(true) }
            if followed.magnitude <= slop { learn(false) }
            return true
        }
    }
}

extension Pages {
    /// As many, without the sign.
    fileprivate var magnitude: Pages { self < 0 ? 0 - self : self }
}
