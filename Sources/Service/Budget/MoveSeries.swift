internal import Arbiter
internal import DequeModule

/// Makes stories of moves: a starving guest takes 1 MiB after another, and is given what its payers deliver, drop by drop. What moves
/// for one need is one story, from its first move until it has been quiet for a while. A long one is told in parts.
///
/// No page is lost, and none is told twice: the accounts of a story add up to its moves.
struct MoveSeries {
    /// Without a move for so long, a story is over (ns).
    static let quiet: UInt64 = 1_500_000_000
    /// What goes on longer is told of meanwhile, as often as this (ns).
    static let longest: UInt64 = 10_000_000_000
    /// How often a story is looked at (ns).
    static let look: UInt64 = 500_000_000

    /// What there is to tell of a story.
    struct Account: Equatable {
        var story: MoveStory
        var isOver: Bool
    }

    private struct Open {
        var story: MoveStory
        /// When something of it moved last, and since when nothing of it was told (ns).
        var movedAt: UInt64
        var untoldSince: UInt64
    }

    private var stories: [MoveStory.Key: Open] = [:]
    /// When each is to be looked at (ns), in the order of time.
    private var due: Deque<(key: MoveStory.Key, time: UInt64)> = []

    /// When ``next(at:)`` may have something (ns); `nil`: no story goes on.
    var deadline: UInt64? { due.first?.time }

    /// Adds a move to its story.
    ///
    /// - Returns: the story, if it has just begun.
    mutating func add(_ named: NamedMove, at now: UInt64) -> MoveStory.Key? {
        let key = named.story
        guard stories[key] == nil else {
            stories[key]?.story.add(named)
            stories[key]?.movedAt = now
            return nil
        }
        var story = MoveStory(named)
        story.add(named)
        stories[key] = Open(story: story, movedAt: now, untoldSince: now)
        due.append((key, now &+ Self.look))
        return key
    }

    /// A story that goes on.
    subscript(key: MoveStory.Key) -> MoveStory? { stories[key]?.story }

    /// The next account that is to be told.
    mutating func next(at now: UInt64) -> Account? {
        while let (key, time) = due.first, time <= now {
            due.removeFirst()
            guard let open = stories[key] else { continue }
            if open.movedAt &+ Self.quiet <= now {
                stories[key] = nil
                // All of it may have been told.
                if open.story.isEmpty { continue }
                return Account(story: open.story, isOver: true)
            }
            due.append((key, now &+ Self.look))
            guard open.untoldSince &+ Self.longest <= now, !open.story.isEmpty else { continue }
            stories[key]?.story = open.story.rest(at: open.story.last)
            stories[key]?.untoldSince = now
            return Account(story: open.story, isOver: false)
        }
        return nil
    }
}
