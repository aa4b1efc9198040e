/// What a ``HostArbiter`` has to tell, until it is fetched.
struct News: Sendable, Codable {
    private var moves = Recent<Move>(capacity: MoveFigures.mostMoves)
    private var happenings = Recent<HostHappening>(capacity: MoveFigures.mostHostHappenings)
    private var movesMade: UInt64 = 0

    /// - Parameter move: its number is given to it here.
    mutating func append(_ move: Move) {
        if let last = moves.last, last.isContinued(by: move) {
            moves.last?.join(move)
            return
        }
        movesMade += 1
        var move = move
        move.number = movesMade
        moves.append(move)
    }

    mutating func append(_ happening: HostHappening) { happenings.append(happening) }

    mutating func nextMove() -> Move? { moves.next() }

    mutating func nextHappening() -> HostHappening? { happenings.next() }

    /// The same with nothing to tell.
    var emptied: News {
        var news = News()
        news.movesMade = movesMade
        return news
    }
}
