internal import Balloon

/// What a guest's last statistics allow.
struct Report: Sendable, Codable {
    let at: Instant
    /// Balloons that it can bear: with all free pages in it, and with the page cache too.
    let bearableFree: Pages
    let bearable: Pages
    /// What it had available, and what of that is left to it.
    private let available: Pages
    let kept: Pages
    /// Pages that lay idle then, with a balloon of so many.
    private let idle: Pages
    private let goalThen: Pages
    /// It has given its calm portion of these statistics.
    private(set) var hasPaid = false

    init(
        at now: Instant, bearableFree: Pages, bearable: Pages, available: Pages, kept: Pages, idle: Pages,
        with goal: Pages
    ) {
        at = now
        self.bearableFree = bearableFree
        self.bearable = bearable
        self.available = available
        self.kept = kept
        self.idle = idle
        goalThen = goal
    }

    /// Takes in a payment: where it pressed, there may be another one on the same statistics.
    mutating func notePayment(isUrgent: Bool) { hasPaid = !isUrgent }

    /// What of that is left with a balloon of so many.
    func available(with goal: Pages) -> Pages { (available - (goal - goalThen).orNone).orNone }

    /// What of the idle pages is left with a balloon of so many.
    @inline(__always)
    func idle(with goal: Pages) -> Pages { (idle - (goal - goalThen).orNone).orNone }
}

/// What fresh statistics show that a guest needs.
struct Wish {
    /// It is to be given so much, by what it has and soon will have.
    var shortage: Pages = 0
    /// Without so much more free memory the next program that starts throws out page cache that is read.
    var lack: Pages = 0
    /// Its available memory falls so fast that it makes a difference soon.
    var isFalling = false
    /// Next to nothing is free: more memory would be filled with files.
    var isFull = false
}

extension SharedGuest {
    /// Takes in what it can pay, and what it needs. In one go, since this is what happens most often.
    ///
    /// - Parameters:
    ///   - health: what its arbiter has just made of the statistics.
    ///   - ease: the share of what is comfortable that there is for each guest.
    mutating func hear(_ health: Health, ease: Double, _ now: Instant) -> Wish {
        let comfort = HealthFigures.comfort(of: limits.max - min(held, limits.max)).scaled(by: ease)
        assess(health, comfort, now)
        let growth = (health.usableGrowth ?? 0) * NeedFigures.foresight
        var wish = Wish()
        wish.isFalling = growth < -Double(MoveFigures.least.count)
        wish.isFull = health.free.map { $0 < comfort / NeedFigures.fullDivisor } ?? false
        let outlook = Outlook(comfort: comfort, fall: min(0, growth))
        wish.shortage = shortage(health, outlook, now)
        if wish.shortage == 0 { wish.lack = lack(health, outlook, isFalling: wish.isFalling, now) }
        return wish
    }

    /// How its memory goes on, as it falls now.
    private struct Outlook {
        var comfort: Pages
        var fall: Double

        func soon(_ pages: Pages) -> Pages { Pages(rounding: max(0, Double(pages.count) + fall)) }
    }

    /// What it can pay.
    private mutating func assess(_ health: Health, _ comfort: Pages, _ now: Instant) {
        let sees = limits.max - min(held, limits.max)
        habits.idleness.learn(health, visible: sees)
        let left = NeedFigures.left(of: comfort)
        // Where it does not tell what is available, or what is free, a part of that at a time.
        let isCautious = health.isEstimate || health.free == nil
        let most = isCautious ? InflationFigures.cautiousStep(of: limits.max) : limits.max
        func bearable(_ usable: Pages) -> Pages { min(held + min((usable - left).orNone, most), limits.max) }
        let available = health.usable ?? 0
        let bearableFree = bearable(min(available, health.unused ?? available))
        if health.faultRate == nil { habits.heardSince = now }
        report = Report(
            at: now, bearableFree: bearableFree,
            bearable: health.isCacheRead ? bearableFree : bearable(available),
            available: health.isCacheRead ? min(available, health.free ?? available) : available, kept: left,
            idle: sees.scaled(by: 1 - habits.idleness.active), with: goal)
        habits.floor.hear(needed: limits.max - bearableFree, now)
    }

    @inline(__always)
    private func shortage(_ health: Health, _ outlook: Outlook, _ now: Instant) -> Pages {
        let takes = takes
        guard takes > 0 else { return 0 }
        if case .reclaiming = arbiter.phase { return 0 }
        let wanted = min(missing, takes)
        guard let usable = health.usable, !turns.lastPayment.blocks(.early, at: now) else { return wanted }
        // Little that is free is no need where a page cache may be beside it.
        guard !health.isEstimate || health.isStrained else { return wanted }
        let soon = outlook.soon(usable)
        guard soon < outlook.comfort else { return wanted }
        // Nor is what it has less than it usually has.
        guard health.isStrained || !arbiter.driver.habit.isUsual(soon) else { return wanted }
        return max(wanted, min(NeedFigures.fill * outlook.comfort - soon, takes))
    }

    @inline(__always)
    private func lack(_ health: Health, _ outlook: Outlook, isFalling: Bool, _ now: Instant) -> Pages {
        guard let free = health.free, case .settled = arbiter.phase else { return 0 }
        guard !turns.lastPayment.blocks(isFalling ? .early : .surplus, at: now) else { return 0 }
        let soon = outlook.soon(free)
        return soon < outlook.comfort ? min(outlook.comfort - soon, takes) : 0
    }
}
