internal import Arbiter
internal import Balloon

/// What moved for one need: for one guest, or without one by one rule. It goes on until it has been quiet for a while.
struct MoveStory: Equatable {
    /// What is one story.
    struct Key: Hashable {
        var gainer: String?
        /// `nil`: whatever the gainer is given is one need.
        var rule: MoveRule?
        var isCarriedOut: Bool
    }

    /// A guest that was asked for memory.
    struct Payer: Equatable {
        var name: String
        var pages: Pages
        /// When it was asked first.
        var price: Double?
    }

    let key: Key
    /// That of its first move.
    let number: UInt64
    /// The most urgent one.
    private(set) var rule: MoveRule
    private(set) var first: Instant
    private(set) var last: Instant
    private(set) var steps: UInt64 = 0
    /// What the gainer took back unasked, in so many steps.
    private(set) var taken: Pages = 0
    private(set) var takes: UInt64 = 0
    /// What the gainer was given, as one move; `nil`: nothing.
    private(set) var given: Move?
    /// What was free before it was given anything, or before the first move.
    private(set) var freeBefore: Pages
    /// In the order in which they were asked.
    private(set) var payers: [Payer] = []
    /// Something was told of it before, which is not counted here.
    private(set) var isContinued = false

    /// Begins with its first move, which is still to be added.
    init(_ named: NamedMove) {
        key = named.story
        number = named.move.number
        rule = named.move.rule
        freeBefore = named.move.free
        first = named.move.time
        last = named.move.time
    }

    mutating func add(_ named: NamedMove) {
        let move = named.move
        if move.rule.rank > rule.rank || rule == .loan && move.rule == .alarm { rule = move.rule }
        last = max(last, move.time)
        steps += 1
        if move.payer != nil {
            pay(named.payer ?? NamedMove.unknown, move)
        } else if move.rule == .loan {
            taken += move.pages
            takes += 1
        } else if given == nil {
            given = move
            freeBefore = move.free
        } else {
            given?.join(move)
        }
    }

    private mutating func pay(_ name: String, _ move: Move) {
        if let index = payers.firstIndex(where: { $0.name == name }) {
            payers[index].pages += move.pages
        } else {
            payers.append(Payer(name: name, pages: move.pages, price: move.price))
        }
    }

    /// Nothing of it is untold.
    var isEmpty: Bool { steps == 0 }

    /// What payers were asked for.
    var asked: Pages { payers.reduce(0) { $0 + $1.pages } }

    /// The rest of the story, after what there is has been told.
    func rest(at now: Instant) -> MoveStory {
        var rest = self
        rest.first = now
        rest.last = now
        rest.steps = 0
        rest.taken = 0
        rest.takes = 0
        rest.given = nil
        rest.payers = []
        rest.isContinued = true
        return rest
    }
}

extension NamedMove {
    static let unknown = "a guest that is gone"

    /// The story that it belongs to.
    var story: MoveStory.Key {
        let name = move.gainer.map { _ in gainer ?? Self.unknown }
        return MoveStory.Key(gainer: name, rule: name == nil ? move.rule : nil, isCarriedOut: move.isCarriedOut)
    }
}
