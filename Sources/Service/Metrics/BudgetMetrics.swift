internal import ControlAPI

/// The budget as metrics.
enum BudgetMetrics {
    private struct Gauge: Sendable {
        let name: String
        let help: String
        let value: @Sendable (BudgetStatus) -> Double?

        init(_ name: String, _ help: String, _ value: @escaping @Sendable (BudgetStatus) -> Double?) {
            self.name = "aerostat_" + name
            self.help = help
            self.value = value
        }
    }

    private struct GuestGauge: Sendable {
        let name: String
        let help: String
        let value: @Sendable (GuestShareStatus) -> Double?

        init(_ name: String, _ help: String, _ value: @escaping @Sendable (GuestShareStatus) -> Double?) {
            self.name = "aerostat_guest_" + name
            self.help = help
            self.value = value
        }
    }

    private static let gauges = [
        Gauge("budget_bytes", "What the operator lends to all guests.") { Double($0.budget) },
        Gauge("budget_effective_bytes", "The budget, as far as the host's own state allows.") { Double($0.effective) },
        Gauge("budget_visible_bytes", "What all guests together may see.") { Double($0.visible) },
        Gauge("budget_free_bytes", "Effective budget less visible; negative: overdrawn.") { Double($0.free) },
        Gauge("budget_slack_bytes", "What is to be kept free for bursts.") { Double($0.slack) },
        Gauge("budget_due_bytes", "Asked of payers and not yet arrived.") { Double($0.due) },
        Gauge("budget_wanted_bytes", "Waited for by guests.") { Double($0.wanted) },
        Gauge("budget_loans_bytes", "Taken unasked and not yet paid back.") { Double($0.loans) },
        Gauge("budget_reserved_bytes", "The sum of the guests' reservations.") { Double($0.reserved) },
        Gauge("host_available_bytes", "The host's available memory.") { $0.host.available.map { Double($0) } },
        Gauge("host_stalled_some_percent", "Time of the last 10 s in which some tasks waited for memory.") {
            $0.host.someStalled
        },
        Gauge("host_stalled_full_percent", "Time of the last 10 s in which all tasks waited for memory.") {
            $0.host.fullStalled
        },
        Gauge("host_group_limit_bytes", "The limit of the cgroup that all guests run in.") {
            $0.host.groupLimit.map { Double($0) }
        },
    ]

    private static let guestGauges = [
        GuestGauge("share_bytes", "What the guest may see by the ledger.") { Double($0.visible) },
        GuestGauge("min_bytes", "Never taken below this.") { Double($0.min) },
        GuestGauge("reservation_bytes", "What is reserved for the guest.") { Double($0.reservation) },
        GuestGauge("floor_bytes", "The size under which it suffered lately.") { Double($0.floor) },
        GuestGauge("weight", "How much its memory is worth beside others'.") { $0.weight },
        GuestGauge("price", "The price of its memory as a payer; none: it pays nothing now.") { $0.price },
        GuestGauge("active_ratio", "How much of what it sees is in use.") { $0.active },
        GuestGauge("due_bytes", "Asked of it and not yet in its balloon.") { Double($0.due) },
        GuestGauge("wanted_bytes", "What it waits for.") { Double($0.wanted) },
    ]

    static func families(_ budget: BudgetStatus) -> [MetricFamily] {
        var families = gauges.map { gauge in
            var family = MetricFamily(gauge.name, .gauge, gauge.help)
            if let value = gauge.value(budget) { family.add([:], value) }
            return family
        }
        families += guestGauges.map { gauge in
            var family = MetricFamily(gauge.name, .gauge, gauge.help)
            for guest in budget.guests {
                if let value = gauge.value(guest) { family.add(["guest": guest.name], value) }
            }
            return family
        }
        return families + [modes(budget), pressures(budget), reactions(budget.reaction)]
    }

    private static func modes(_ budget: BudgetStatus) -> MetricFamily {
        var family = MetricFamily("aerostat_budget_mode", .gauge, "1 for what becomes of decisions.")
        for mode in BudgetMode.allCases { family.add(["mode": mode.rawValue], mode == budget.mode ? 1.0 : 0) }
        return family
    }

    private static func pressures(_ budget: BudgetStatus) -> MetricFamily {
        var family = MetricFamily("aerostat_host_pressure", .gauge, "1 for how short of memory the host is.")
        for level in ["calm", "some", "full"] { family.add(["level": level], level == budget.host.pressure ? 1.0 : 0) }
        return family
    }

    private static func reactions(_ reaction: ReactionStatus) -> MetricFamily {
        let name = "aerostat_reaction_seconds"
        var family = MetricFamily(
            name, .histogram, "From an alarm being seen until another guest had been told to pay.")
        for bucket in reaction.buckets { family.add(suffix: "_bucket", ["le": "\(bucket.seconds)"], bucket.count) }
        family.add(suffix: "_bucket", ["le": "+Inf"], reaction.count)
        family.add(suffix: "_sum", [:], (reaction.meanSeconds ?? 0) * Double(reaction.count))
        family.add(suffix: "_count", [:], reaction.count)
        return family
    }
}
