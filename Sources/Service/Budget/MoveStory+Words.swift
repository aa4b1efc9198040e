internal import Arbiter
internal import Balloon
internal import ControlAPI

/// A story, for people.
extension MoveStory {
    /// So many payers are named; the rest is a sum.
    private static let mostNamed = 4

    /// How it begins. It is told at once where somebody needs memory.
    var beginning: String? {
        guard let gainer = key.gainer else { return nil }
        var parts: [String]
        switch rule {
        // Why it took it is told by the guest's own alarm, if it is one.
        case .loan: parts = ["\(gainer) took \(size(taken)) back unasked"]
        case .alarm, .host:
            parts = [
                taken > 0 ? "\(gainer) runs out of memory: it took \(size(taken)) back" : "\(gainer) is in an alarm"
            ]
        case .early: parts = ["\(gainer) runs short of memory"]
        case .slack, .overdraft, .pressure, .cap, .surplus: return nil
        }
        if let given {
            parts.append("it \(key.isCarriedOut ? "is" : "would be") given \(size(given.pages))")
        }
        if let demand { parts.append(demand) }
        return parts.joined(separator: "; ")
    }

    /// The account of it.
    ///
    /// - Parameter isOver: it has ended; else it goes on.
    func account(isOver: Bool) -> String {
        let when = isOver ? time : "\(time), and it goes on"
        guard let gainer = key.gainer else {
            let verb = key.isCarriedOut ? "were" : "would have been"
            return "\(size(asked)) \(verb) asked for \(when) (\(rule.words)): \(named)"
        }
        let shown = rule == .loan ? when : "\(when) (\(rule.rawValue))"
        var parts: [String] = []
        if let given {
            parts.append("\(gainer) \(got) \(size(given.pages)) \(shown)\(source)")
        } else if taken > 0 {
            parts.append("\(gainer) took \(size(taken)) back unasked\(inSteps), \(shown)")
        } else {
            parts.append("\(gainer) \(got) nothing \(shown)")
        }
        if let demand { parts.append(demand) }
        if given != nil, taken > 0 { parts.append("it took \(size(taken)) back unasked\(inSteps)") }
        return parts.joined(separator: "; ")
    }

    /// What of that was free, as far as payers did not give it.
    private var source: String {
        guard let given else { return "" }
        if rule == .host { return ", some of it lent by the host beyond the budget" }
        let free = min(given.pages, max(freeBefore.orNone, given.pages - asked))
        return free > 0 ? ": \(free < given.pages ? "\(size(free)) " : "")of what was free" : ""
    }

    private var got: String { key.isCarriedOut ? "got" : "would have got" }

    private var inSteps: String { takes > 1 ? " in \(takes) steps" : "" }

    private var demand: String? {
        guard !payers.isEmpty else { return nil }
        return key.isCarriedOut ? "asked for it: \(named)" : "it would have been asked for: \(named)"
    }

    private var time: String {
        let tenths = ((last - first).seconds * 10).rounded() / 10
        if tenths == 0 { return isContinued ? "then" : "at once" }
        return isContinued ? "in the next \(tenths) s" : "in \(tenths) s"
    }

    /// What each payer was asked for, the largest first.
    private var named: String {
        let sorted = byPages
        var words = sorted.prefix(Self.mostNamed).map { payer in
            "\(size(payer.pages)) of \(payer.name)" + (payer.price.map { " (price \(Move.shown(price: $0)))" } ?? "")
        }
        let others = sorted.dropFirst(Self.mostNamed)
        if !others.isEmpty {
            words.append("\(size(others.reduce(0) { $0 + $1.pages })) of \(others.count) others")
        }
        return words.joined(separator: ", ")
    }

    private var byPages: [Payer] { payers.sorted { ($1.pages, $0.name) < ($0.pages, $1.name) } }

    private func size(_ pages: Pages) -> String { "\(ByteSize(pages))" }

    /// For programs.
    func move(isOver: Bool) -> MemoryMove {
        let sorted = byPages
        let bytes = key.gainer == nil ? asked : given?.pages ?? 0
        let milliseconds = ((last - first).seconds * 1000).rounded()
        return MemoryMove(
            number: number, rule: rule.rawValue, payer: sorted.first?.name, gainer: key.gainer, bytes: ByteSize(bytes),
            price: sorted.first?.price, free: (given?.free ?? freeBefore).signedBytes, isCarriedOut: key.isCarriedOut,
            story: MemoryMove.Story(
                payers: sorted.map {
                    MemoryMove.Payer(guest: $0.name, bytes: ByteSize($0.pages), price: $0.price)
                },
                taken: ByteSize(taken), seconds: milliseconds / 1000, steps: steps, isOver: isOver))
    }

    /// The guest whose story it is: the gainer, or who alone pays.
    var guest: String? { key.gainer ?? (payers.count == 1 ? payers.first?.name : nil) }
}
