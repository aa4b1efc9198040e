public import Balloon

/// One movement of memory, with its reason.
///
/// Growth has two phases, and so two moves: a payer is asked (`payer` is set; `gainer` is the guest whose need this is, if it
/// is one guest's), and, once the payer's pages are really held, the gainer is given (`payer` is `nil`: the ledger is).
public struct Move: Sendable, Equatable, Codable {
    /// Counts up from 1.
    public var number: UInt64
    /// By the caller's clock.
    public var time: Instant
    public var rule: MoveRule
    public var payer: GuestHandle?
    public var gainer: GuestHandle?
    public var pages: Pages
    /// The payer's price when it was chosen, weight per GiB; see ``HostArbiter``.
    public var price: Double?
    /// Budget less what guests see, before this move; negative: overdrawn. Of several steps that were joined to one move:
    /// with what became free meanwhile, so that `free` less ``pages`` is the least that was left after any of them.
    public var free: Pages
    /// `false` in ``HostMode/watch``: it is what would have been done.
    public var isCarriedOut: Bool

    /// The same movement goes on: it is one for whoever reads of it.
    func isContinued(by other: Move) -> Bool {
        time == other.time && rule == other.rule && payer == other.payer && gainer == other.gainer
            && isCarriedOut == other.isCarriedOut
    }

    /// The movement goes on by another step: this is both.
    public mutating func join(_ step: Move) {
        let left = min(left, step.left)
        pages += step.pages
        free = left + pages
    }

    /// Budget less what is promised, after this move.
    private var left: Pages { free - pages }

    /// For people.
    ///
    /// - Parameter name: what a guest is called.
    public func sentence(_ name: (GuestHandle) -> String) -> String {
        let size = mebibytes(pages)
        let verb = isCarriedOut ? "" : "would have "
        let cost = price.map { " (price \(Self.shown(price: $0)))" } ?? ""
        switch (payer, gainer) {
        case (let payer?, let gainer?):
            return "\(name(payer)) \(verb)lent \(size)\(cost) for \(name(gainer)): \(rule.words)"
        case (let payer?, nil): return "\(name(payer)) \(verb)lent \(size)\(cost): \(rule.words)"
        case (nil, let gainer?): return "\(name(gainer)) \(verb)got \(size): \(rule.words)"
        case (nil, nil): return "\(size): \(rule.words)"
        }
    }

    /// A price, for people.
    public static func shown(price: Double) -> String {
        guard price < 1e9 else { return "\(price)" }
        let hundredths = Int(price * 100 + 0.5)
        return "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)"
    }
}
