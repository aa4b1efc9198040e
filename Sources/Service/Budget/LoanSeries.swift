internal import Arbiter
internal import DequeModule

/// Joins the loans of each guest to one a second: a starving guest takes 1 MiB after another. The first one is told at once.
struct LoanSeries {
    /// ns.
    static let interval: UInt64 = 1_000_000_000

    /// By the guest that took: what it took since it was told of last, if anything.
    private var waiting: [GuestHandle: Move?] = [:]
    /// In the order of time.
    private var due: Deque<(guest: GuestHandle, time: UInt64)> = []

    /// When ``next(at:)`` has something (ns); `nil`: nothing waits.
    var deadline: UInt64? { due.first?.time }

    /// - Returns: whether the move waits; else it is to be told now.
    mutating func join(_ move: Move, at now: UInt64) -> Bool {
        guard move.rule == .loan, let guest = move.gainer else { return false }
        guard let known = waiting[guest] else {
            waiting[guest] = .some(nil)
            due.append((guest, now &+ Self.interval))
            return false
        }
        var joined = known ?? move
        if known != nil { joined.pages = joined.pages.addingReportingOverflow(move.pages).partialValue }
        waiting[guest] = joined
        return true
    }

    /// The next loan whose time has come.
    mutating func next(at now: UInt64) -> Move? {
        while let (guest, time) = due.first, time <= now {
            due.removeFirst()
            guard let move = waiting.removeValue(forKey: guest) ?? nil else { continue }
            waiting[guest] = .some(nil)
            due.append((guest, now &+ Self.interval))
            return move
        }
        return nil
    }
}
