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
        case busy
        case silent
        case justGiven
        case atMin(Pages)
        case atFloor(Pages)
        case nothingIdle
        /// It could pay so much; others are cheaper, or nothing is needed.
        case notNeeded(Pages)
        /// It could pay so much, but only by giving up page cache that is worth more than the need.
        case tooDear(Pages)

        public var description: String {
            switch self {
            case .notRunning: "no virtual machine runs"
            case .noDriver: "no driver runs"
            case .inNeed: "it is in need itself"
            case .busy: "its balloon is busy, or left alone for a while"
            case .silent: "it has not said lately how it is"
            case .justGiven: "it was given memory a moment ago"
            case .atMin(let pages): "it sees its min, \(mebibytes(pages))"
            case .atFloor(let pages): "it suffered at less than \(mebibytes(pages)) lately"
            case .nothingIdle: "it uses all that it sees"
            case .notNeeded(let pages): "not needed; it could pay \(mebibytes(pages))"
            case .tooDear(let pages): "its \(mebibytes(pages)) are page cache that is worth as much as the need"
            }
        }
    }
}
