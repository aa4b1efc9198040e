/// What a policy wants done, collected until it returns. Guests are numbered from 0, memory is in pages of 4 KiB.
public struct Orders: Sendable {
    /// `num_pages` of each guest.
    private(set) var targets: [Int]
    private(set) var wakes: [UInt64]
    private(set) var hostWake = UInt64.max
    private(set) var changed: [Int] = []
    private(set) var asked: [Int] = []
    private(set) var rescheduled: [Int] = []
    private let limits: [LimitsView]

    init(_ view: HostView) {
        targets = view.held
        limits = view.guests
        wakes = view.held.map { _ in .max }
        changed.reserveCapacity(2 * targets.count)
        asked.reserveCapacity(targets.count)
        rescheduled.reserveCapacity(targets.count)
    }

    /// Tells a guest how many pages its balloon shall hold, with an interrupt. What lies outside of the guest's memory is
    /// cut off; the same target again does nothing.
    public mutating func setBalloon(_ guest: Int, pages: Int) {
        let pages = min(max(0, pages), limits[guest].max)
        guard pages != targets[guest] else { return }
        targets[guest] = pages
        changed.append(guest)
    }

    /// Tells a guest how many pages it may see.
    public mutating func setVisible(_ guest: Int, pages: Int) {
        setBalloon(guest, pages: limits[guest].max - pages)
    }

    /// Tells the target again, so that a driver that stopped below it starts anew.
    public mutating func repeatTarget(_ guest: Int) { changed.append(guest) }

    /// Asks a guest for statistics out of turn.
    public mutating func askStatistics(_ guest: Int) { asked.append(guest) }

    /// Asks for a `.wake` of this guest at that moment (ns) instead of any before; `nil` for none.
    public mutating func wake(_ guest: Int, at moment: UInt64?) {
        let moment = moment ?? .max
        guard wakes[guest] != moment else { return }
        wakes[guest] = moment
        rescheduled.append(guest)
    }

    /// Asks for a `.wakeHost` at that moment (ns) instead of any before; `nil` for none.
    public mutating func wakeHost(at moment: UInt64?) { hostWake = moment ?? .max }

    public func target(_ guest: Int) -> Int { targets[guest] }

    mutating func clear() {
        if !changed.isEmpty { changed.removeAll(keepingCapacity: true) }
        if !asked.isEmpty { asked.removeAll(keepingCapacity: true) }
        if !rescheduled.isEmpty { rescheduled.removeAll(keepingCapacity: true) }
    }

    mutating func hostWakeIsOver() { hostWake = .max }

    mutating func wakeIsOver(_ guest: Int) { wakes[guest] = .max }
}
