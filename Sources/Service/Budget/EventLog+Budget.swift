internal import Arbiter
internal import Balloon
internal import ControlAPI

extension EventLog {
    /// A guest begins to take or to be given memory; nothing is told of what does not press.
    func append(beginningOf story: MoveStory) {
        guard let message = story.beginning else { return }
        append(
            guest: story.guest, kind: .moving, message: message, numbers: story.numbers,
            move: story.move(isOver: false))
    }

    /// What became of one need. It is the gainer's event, or that of the guest that alone pays.
    func append(_ account: MoveSeries.Account) {
        let story = account.story
        append(
            guest: story.guest, kind: .moved, message: story.account(isOver: account.isOver), numbers: story.numbers,
            move: story.move(isOver: account.isOver))
    }

    /// Something about the whole host.
    func append(_ named: NamedHappening) {
        func size(_ pages: Pages) -> String { "\(ByteSize(pages))" }
        func bytes(_ pages: Pages) -> UInt64 { pages.bytes }
        switch named.happening {
        case .nothingToTake(let short, let promised, let budget, let holder):
            var numbers = ["short": bytes(short), "promised": bytes(promised), "budget": bytes(budget)]
            numbers["holds"] = holder.map { bytes($0.promised) }
            let blame = holder.map { "; \($0.sentence(named.guest ?? "a guest"))" } ?? ""
            append(
                guest: nil, kind: .shortage,
                message: "\(size(short)) are needed and nobody can pay: "
                    + "guests are promised \(size(promised)) of \(size(budget))\(blame)",
                numbers: numbers)
        case .countsSpent(_, let promised, let spent, let max):
            append(
                guest: named.guest, kind: .countsSpent,
                message: DriverlessShare(promised: promised, spent: spent, max: max).sentence,
                numbers: ["promised": bytes(promised), "spent": bytes(spent), "max": bytes(max)])
        case .countsWhole(_, let promised):
            append(
                guest: named.guest, kind: .countsWhole,
                message: "its driver runs: it counts with what it may see again, \(size(promised))",
                numbers: ["promised": bytes(promised)])
        case .groupLimit(_, let limit):
            guard let limit else {
                return append(
                    guest: named.guest, kind: .groupLimit, message: "its VMM's cgroup allows all of its memory again")
            }
            append(
                guest: named.guest, kind: .groupLimit,
                message: "its VMM's cgroup allows \(size(limit.limit)): "
                    + "the guest is to see \(size(limit.ceiling)) at most",
                numbers: ["limit": bytes(limit.limit), "most": bytes(limit.ceiling)])
        case .shortageOver:
            append(guest: nil, kind: .shortageOver, message: "nobody waits for memory any more")
        case .overdrawn(let pages):
            append(
                guest: nil, kind: .overdrawn,
                message:
                    "guests are promised \(size(pages)) more than there is: some took it back or were started, the budget was made smaller, or the host is short",
                numbers: ["bytes": bytes(pages)])
        case .overdraftOver:
            append(guest: nil, kind: .overdraftOver, message: "guests are promised no more than there is again")
        case .pressure(let pressure, let effective):
            append(
                guest: nil, kind: .hostPressure,
                message: pressure == .calm
                    ? "the host has memory again"
                    : "the host is short of memory; the budget counts as \(size(effective))",
                numbers: ["level": UInt64(pressure.rawValue), "budget": bytes(effective)])
        case .budgetOverHost(let budget, let host):
            append(
                guest: nil, kind: .problem,
                message: "the budget of \(size(budget)) is more than the host's \(size(host)), which counts",
                numbers: ["budget": bytes(budget), "host": bytes(host)])
        }
    }
}

extension MoveStory {
    /// Bytes, and how many moves they were.
    fileprivate var numbers: [String: UInt64] {
        ["bytes": given?.pages.bytes ?? 0, "taken": taken.bytes, "asked": asked.bytes, "steps": steps]
    }
}

extension NamedMove {
    /// For people.
    var sentence: String {
        move.sentence { handle in
            (handle == move.payer ? payer : handle == move.gainer ? gainer : nil) ?? Self.unknown
        }
    }
}

extension MemoryMove {
    init(_ named: NamedMove) {
        let move = named.move
        self.init(
            number: move.number, rule: move.rule.rawValue, payer: named.payer, gainer: named.gainer,
            bytes: ByteSize(move.pages), price: move.price, free: move.free.signedBytes,
            isCarriedOut: move.isCarriedOut)
    }
}
