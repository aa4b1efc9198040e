internal import Balloon

/// A balloon on its way up, in steps.
///
/// Slow is not stuck: what counts is whether pages go on coming as they have come so far.
struct Climb: Sendable, Codable {
    /// What was held when it last got on, and when that was.
    private var held: Pages
    private var since: Instant
    /// The usual time between two pieces; none before the first one.
    private var gap = TimeSpan(nanoseconds: 0)
    /// The next step, or the first, waits for statistics.
    private(set) var waitsForStatistics: Bool
    /// The guest tells nothing that one could go by: after each step it is only waited whether it takes anything back.
    private(set) var isBlind = false

    init(_ moment: Moment, waitsForStatistics: Bool) {
        held = moment.held
        since = moment.now
        self.waitsForStatistics = waitsForStatistics
    }

    /// The next step begins: the guest had nothing to do while it was asked.
    ///
    /// - Parameter isBlind: the guest told nothing that one could go by.
    func next(_ moment: Moment, isBlind: Bool = false) -> Climb {
        var climb = Climb(moment, waitsForStatistics: false)
        climb.gap = gap
        climb.isBlind = isBlind
        return climb
    }

    /// The step is done, and the next one waits for statistics.
    mutating func pause() { waitsForStatistics = true }

    /// Takes in what is held now.
    ///
    /// - Parameter piece: less than this is no progress.
    mutating func note(_ moment: Moment, piece: Pages) {
        // A guest may have taken some back meanwhile: from there on it goes up again.
        held = min(held, moment.held)
        guard moment.held >= held + piece else { return }
        let gap = moment.now - since
        let divisor = InflationFigures.gapDivisor
        self.gap = self.gap.nanoseconds == 0 ? gap : (divisor - 1) * (self.gap / divisor) + gap / divisor
        held = moment.held
        since = moment.now
    }

    /// For how long nothing has come, if that is too long for this guest.
    func stalled(at now: Instant) -> TimeSpan? {
        guard !waitsForStatistics else { return nil }
        let usual = min(InflationFigures.gapsOfPatience * gap, InflationFigures.longestPatience)
        let quiet = now - since
        return quiet >= max(usual, InflationFigures.patience) ? quiet : nil
    }
}
