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
    /// - Parameters:
    ///   - steps: it stands for so many moves.
    ///   - name: what a guest is called.
    public func sentence(steps: Int = 1, _ name: (GuestHandle) -> String) -> String {
        let size = steps > 1 ? "\(mebibytes(pages)) in \(steps) steps" : mebibytes(pages)
        let verb = isCarriedOut ? "" : "would have "
        let cost = price.map { " (price \(Self.rounded($0)))" } ?? ""
        switch (payer, gainer) {
        case (let payer?, let gainer?):
            return "\(name(payer)) \(verb)lent \(size)\(cost) for \(name(gainer)): \(why)"
        case (let payer?, nil): return "\(name(payer)) \(verb)lent \(size)\(cost): \(why)"
        case (nil, let gainer?): return "\(name(gainer)) \(verb)got \(size): \(why)"
        case (nil, nil): return "\(size): \(why)"
        }
    }

    private var why: String {
        switch rule {
        case .loan: "it took them back unasked"
        case .alarm: "a guest in an alarm"
        case .early: "a guest that runs short"
        case .slack: "slack for bursts"
        case .overdraft: "guests see more than there is"
        case .pressure: "the host is short of memory"
        case .cap: "an operator's cap"
        case .surplus: "more is free than bursts need"
        }
    }

    private static func rounded(_ price: Double) -> String {
        guard price < 1e9 else { return "\(price)" }
        let hundredths = Int(price * 100 + 0.5)
        return "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)"
    }
}
