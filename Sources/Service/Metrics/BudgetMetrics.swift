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
        Gauge("budget_bytes", "What the operator lends to all guests.") { bytes($0.budget) },
        Gauge("budget_effective_bytes", "The budget, as far as the host's own state allows.") { bytes($0.effective) },
        Gauge("budget_promised_bytes", "What all guests together are promised.") { bytes($0.promised) },
        Gauge("budget_free_bytes", "Effective budget less promised; negative: overdrawn.") { Double($0.free) },
        Gauge("budget_slack_bytes", "What is to be kept free for bursts.") { bytes($0.slack) },
        Gauge("budget_due_bytes", "Asked of payers and not yet arrived.") { bytes($0.due) },
        Gauge("budget_wanted_bytes", "Waited for by guests.") { bytes($0.wanted) },
        Gauge("budget_loans_bytes", "Taken unasked and not yet paid back.") { bytes($0.loans) },
        Gauge("budget_reserved_bytes", "The sum of the guests' reservations.") { bytes($0.reserved) },
        Gauge("budget_short_bytes", "Needed, and nobody can pay.") { bytes($0.shortage?.bytes ?? 0) },
        Gauge("host_available_bytes", "The host's available memory.") { $0.host.available.map(bytes) },
        Gauge("host_stalled_some_ratio", "How much of the last 10 s some tasks waited for memory.") {
            $0.host.stalledSome
        },
        Gauge("host_stalled_full_ratio", "How much of the last 10 s all tasks waited for memory.") {
            $0.host.stalledFull
        },
        Gauge("host_cgroup_limit_bytes", "The limit of the cgroup that all guests run in.") {
            $0.host.cgroupLimit.map(bytes)
        },
        Gauge("host_cgroup_used_bytes", "What the cgroup that all guests run in uses.") {
            $0.host.cgroupUsed.map(bytes)
        },
    ]

    private static let guestGauges = [
        GuestGauge("promised_bytes", "Its memory less the smaller of its target and what it holds.") {
            bytes($0.promised)
        },
        GuestGauge("spent_bytes", "What the host spends on it, where that counts since no driver runs.") {
            $0.spent.map(bytes)
        },
        GuestGauge("ceiling_bytes", "The most that it may see for the limit of its VMM's cgroup.") {
            $0.ceiling.map(bytes)
        },
        GuestGauge("min_bytes", "The guest is never taken below this.") { bytes($0.min) },
        GuestGauge("reservation_bytes", "What the guest gets whenever it needs it.") { bytes($0.reservation) },
        GuestGauge("cap_bytes", "The most that an operator wants it to see.") { $0.cap.map(bytes) },
        GuestGauge("floor_bytes", "The size under which it suffered lately.") { bytes($0.floor) },
        GuestGauge("weight", "How much its memory is worth beside others'.") { $0.weight },
        GuestGauge("price", "The price of its memory as a payer; none: it pays nothing now.") { $0.price },
        GuestGauge("active_ratio", "How much of what it sees is in use.") { $0.active },
        GuestGauge("spare_bytes", "What it could pay now.") { bytes($0.spare) },
        GuestGauge("due_bytes", "Asked of it and not yet in its balloon.") { bytes($0.due) },
        GuestGauge("wanted_bytes", "What it waits for.") { bytes($0.wanted) },
    ]

    private static func bytes(_ size: ByteSize) -> Double { Double(size.bytes) }

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
        return families + [holders(budget), modes(budget), pressures(budget), reactions(budget.reaction)]
    }

    private static func holders(_ budget: BudgetStatus) -> MetricFamily {
        var family = MetricFamily(
            "aerostat_guest_keeps_bytes", .gauge, "What a guest has that keeps most, while nobody can pay.")
        if let shortage = budget.shortage, let holder = shortage.holder, let holds = shortage.holds {
            family.add(["guest": holder], bytes(holds))
        }
        return family
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
