/// What a guest says of itself, for the ledger. Pages of 4 KiB.
extension SharedGuest {
    /// What fresh statistics show that the guest needs.
    struct Wish {
        /// It is to be given so much, by what it has and soon will have.
        var shortage: UInt64 = 0
        /// Without so much more free memory the next program that starts throws out page cache that is read.
        var lack: UInt64 = 0
        /// Its available memory falls so fast that it makes a difference soon.
        var isFalling = false
        /// Next to nothing is free: more memory would be filled with files.
        var isFull = false
    }

    /// Takes in what it can pay, and what it needs. In one go, since this is what happens most often.
    ///
    /// - Parameter health: what its arbiter has just made of the statistics.
    mutating func hear(_ health: Health, _ now: UInt64, _ tuning: HostTuning) -> Wish {
        let comfort = comfort(tuning)
        assess(health, comfort, now, tuning)
        let growth = (health.availableGrowth ?? 0) * tuning.foresight
        var wish = Wish()
        wish.isFalling = growth < -Double(tuning.leastMove)
        wish.isFull = health.free.map { $0 < comfort / 2 } ?? false
        let outlook = Outlook(comfort: comfort, fall: min(0, growth))
        wish.shortage = shortage(health, outlook, now)
        if wish.shortage == 0 { wish.lack = lack(health, outlook, wish.isFalling, now) }
        return wish
    }

    /// How its memory goes on, as it falls now.
    private struct Outlook {
        var comfort: UInt64
        var fall: Double

        func soon(_ pages: UInt64) -> UInt64 { UInt64(max(0, Double(pages) + fall)) }
    }

    /// What it can pay.
    private mutating func assess(_ health: Health, _ comfort: UInt64, _ now: UInt64, _ tuning: HostTuning) {
        statisticsAt = now
        hasPaid = false
        let sees = limits.max - min(held, limits.max)
        idleness.learn(health, visible: sees, tuning)
        let left = comfort / 2 * 3
        func bearable(_ usable: UInt64) -> UInt64 { min(held + (usable > left ? usable - left : 0), limits.max) }
        let available = health.available ?? 0
        bearableFree = bearable(min(available, health.free ?? available))
        let isWarm = (health.faultRate ?? 0) > tuning.warmFaultRate
        if health.faultRate == nil { heardSince = now }
        self.bearable = isWarm ? bearableFree : bearable(available)
        floor.hear(needed: limits.max - bearableFree, now, tuning)
        goalThen = goal
        idle = UInt64(Double(sees) * (1 - idleness.active))
    }

    @inline(__always)
    private func shortage(_ health: Health, _ outlook: Outlook, _ now: UInt64) -> UInt64 {
        let takes = takes
        guard takes > 0, arbiter.state != .reclaiming else { return 0 }
        let wanted = min(missing, takes)
        guard let available = health.available, !lastPayment.blocks(.early, at: now) else { return wanted }
        let soon = outlook.soon(available)
        return soon < outlook.comfort ? max(wanted, min(2 * outlook.comfort - soon, takes)) : wanted
    }

    @inline(__always)
    private func lack(_ health: Health, _ outlook: Outlook, _ isFalling: Bool, _ now: UInt64) -> UInt64 {
        guard let free = health.free, arbiter.state == .settled else { return 0 }
        guard !lastPayment.blocks(isFalling ? .early : .surplus, at: now) else { return 0 }
        let soon = outlook.soon(free)
        return soon < outlook.comfort ? min(outlook.comfort - soon, takes) : 0
    }
}
