public import Balloon

/// What would happen; see ``HostArbiter/plan(needing:at:)``.
public struct HostPlan: Sendable {
    /// In order: a payer is asked, the gainer is given.
    public internal(set) var moves: [Move] = []
    /// What nobody could be made to pay.
    public internal(set) var short: Pages = 0
    /// Of what was needed, what the guest sees already.
    public internal(set) var alreadyThere: Pages = 0
    /// Of what was needed, what an operator's cap or the guest's own memory forbids.
    public internal(set) var beyondReach: Pages = 0
    /// As it would stand afterwards.
    public internal(set) var ledger = Ledger()
    /// Who pays nothing.
    public internal(set) var refusals: [Refusal] = []

    public struct Refusal: Sendable, Equatable {
        public var guest: GuestHandle
        public var reason: Reason
    }

    /// Why a guest pays nothing.
    public enum Reason: Sendable, Equatable, CustomStringConvertible {
        case notRunning
        case noDriver
        case inNeed
        /// Its balloon is not to be made larger in this state.
        case busy(GuestState)
        case noStatistics
        case silent
        /// It looks as if it were on its knees; it is asked again.
        case suspected
        case justGiven
        case atMin(Pages)
        case atFloor(Pages)
        /// What it has available, and what of that is left to it.
        case nothingToSpare(available: Pages, kept: Pages)
        /// It could pay so much; others are cheaper, or nothing is needed.
        case notNeeded(Pages)
        /// It could pay so much, but only by giving up page cache that is worth more than the need.
        case tooDear(Pages)

        public var description: String {
            switch self {
            case .notRunning: "no virtual machine runs"
            case .noDriver: "no driver runs"
            case .inNeed: "it is in need itself"
            case .busy(let state): Self.trouble(state)
            case .noStatistics: "it sends no statistics, so nobody knows what it can spare"
            case .silent: "it has not said lately how it is"
            case .suspected: "it may be on its knees, and is asked again"
            case .justGiven: "it was given memory a moment ago"
            case .atMin(let pages): "it sees hardly more than its min, \(mebibytes(pages))"
            case .atFloor(let pages): "it suffered at less than \(mebibytes(pages)) lately, and sees hardly more"
            case .nothingToSpare(let available, let kept):
                "it has \(mebibytes(available)) available, and \(mebibytes(kept)) are to stay with it"
            case .notNeeded(let pages): "not needed; it could pay \(mebibytes(pages))"
            case .tooDear(let pages): "its \(mebibytes(pages)) are page cache that is worth as much as the need"
            }
        }

        private static func trouble(_ state: GuestState) -> String {
            switch state {
            case .idle: "no driver runs"
            case .starting: "it has just started"
            case .alarm: "it is in an alarm"
            case .notAnswering: "it does not answer"
            case .deflating: "its balloon is on its way to a smaller size"
            case .reclaiming: "its free memory is being reclaimed"
            case .holdOff: "it suffered a while ago, and its balloon is left alone"
            case .stalled: "it could not give what it was asked for, and its balloon is left alone for a while"
            case .fixed: "its memory is locked or pinned, and cannot be given"
            case .hinting: "it tells which of its memory is free"
            case .settled, .inflating: "its balloon is busy"
            }
        }
    }
}
