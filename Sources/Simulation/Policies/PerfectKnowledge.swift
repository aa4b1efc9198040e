/// A yardstick, not a policy: it knows at every moment what each guest wants, so that what it cannot do can
/// hardly be done.
///
/// Where there is not enough for all, few guests lose all of their files rather than all guests a few: a reader that misses
/// a thirtieth of its files is half as fast.
struct PerfectKnowledge: Policy {
    static let period = VirtualTime.tickMilliseconds
    static let statisticsPeriod = 0
    static let deflatesOnOOM = true

    /// Left to each guest beyond what it wants: what a program takes in the ticks until its guest is given more.
    private static let margin = 24 * PageUnit.mebibyte

    /// The guests that lose their files; one stays so for as long as it helps, since reading files anew costs time.
    private var isVictim: [Bool]

    init(_ view: HostView) { isVictim = view.guests.map { _ in false } }

    mutating func take(_ event: PolicyEvent, at now: UInt64, _ view: borrowing HostView, _ orders: inout Orders) {
        guard event == .tick else { return }
        let needs = isVictim.indices.map { max(view.demand[$0], view.guests[$0].min) + Self.margin }
        let excess = needs.reduce(0, +) - view.budget
        let saved = chooseVictims(excess, view)
        let more = max(0, saved - excess) / isVictim.count
        for guest in isVictim.indices {
            let pages = needs[guest] - (isVictim[guest] ? view.files[guest] : 0) + more
            // Less is not worth an interrupt, but for a guest that has not what it needs.
            guard abs(pages - view.visible(guest)) > PageUnit.mebibyte || pages > view.visible(guest) else { continue }
            orders.setVisible(guest, pages: max(pages, view.guests[guest].min))
        }
    }

    /// - Returns: the pages of files that the victims lose.
    private mutating func chooseVictims(_ excess: Int, _ view: borrowing HostView) -> Int {
        var saved = 0
        for guest in isVictim.indices where isVictim[guest] { saved += view.files[guest] }
        for guest in isVictim.indices where isVictim[guest] && saved - view.files[guest] >= excess {
            isVictim[guest] = false
            saved -= view.files[guest]
        }
        while saved < excess {
            var largest: Int?
            for guest in isVictim.indices where !isVictim[guest] && view.files[guest] > 0 {
                if largest.map({ view.files[guest] > view.files[$0] }) ?? true { largest = guest }
            }
            guard let largest else { break }
            isVictim[largest] = true
            saved += view.files[largest]
        }
        return saved
    }
}
