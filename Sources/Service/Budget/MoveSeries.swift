internal import Arbiter
internal import DequeModule

/// Joins what each guest takes unasked, and what it is given, to one move a second: a starving guest takes 1 MiB after
/// another, and is given what its payers deliver, drop by drop. The first one is told at once.
struct MoveSeries {
    /// ns.
    static let interval: UInt64 = 1_000_000_000

    /// What is one series.
    private struct Key: Hashable {
        var guest: GuestHandle
        var rule: MoveRule
        var isCarriedOut: Bool
    }

    /// Several moves as one.
    struct Joined: Equatable {
        var move: Move
        var steps = 1
    }

    /// What has moved since it was told of last, if anything.
    private var waiting: [Key: Joined?] = [:]
    /// In the order of time.
    private var due: Deque<(key: Key, time: UInt64)> = []

    /// When ``next(at:)`` has something (ns); `nil`: nothing waits.
    var deadline: UInt64? { due.first?.time }

    /// - Returns: whether the move waits; else it is to be told now.
    mutating func join(_ move: Move, at now: UInt64) -> Bool {
        // What a payer is asked for is told at once: it is one event for each of its answers.
        guard move.payer == nil, let guest = move.gainer else { return false }
        let key = Key(guest: guest, rule: move.rule, isCarriedOut: move.isCarriedOut)
        guard let known = waiting[key] else {
            waiting[key] = .some(nil)
            due.append((key, now &+ Self.interval))
            return false
        }
        guard var joined = known else {
            waiting[key] = Joined(move: move)
            return true
        }
        joined.move.join(move)
        joined.steps += 1
        waiting[key] = joined
        return true
    }

    /// The next one whose time has come.
    mutating func next(at now: UInt64) -> Joined? {
        while let (key, time) = due.first, time <= now {
            due.removeFirst()
            guard let joined = waiting.removeValue(forKey: key) ?? nil else { continue }
            waiting[key] = .some(nil)
            due.append((key, now &+ Self.interval))
            return joined
        }
        return nil
    }
}
