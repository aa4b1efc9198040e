import ControlAPI

/// A budget for people.
enum BudgetText {
    static func details(_ budget: BudgetStatus) -> String {
        ([head(budget), host(budget.host), guests(budget.guests), reaction(budget.reaction)] as [String])
            .filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private static let overdrawn =
        "overdrawn: guests took it or were started, the budget was made smaller, or the host is short"

    /// One line below the list of guests.
    static func line(_ budget: BudgetStatus) -> String {
        let missing = budget.host.missing.map { "\nhost: \($0)" }.joined()
        return "budget \(size(budget.effective)), promised \(size(budget.promised)), free \(signed(budget.free)); "
            + "mode \(budget.mode.rawValue)" + missing
    }

    private static func head(_ budget: BudgetStatus) -> String {
        var table = TextTable(rightAligned: [1])
        table.add(["budget", size(budget.budget), "what the host lends to all guests; mode \(budget.mode.rawValue)"])
        if budget.effective != budget.budget {
            table.add(["  effective", size(budget.effective), "as far as the host's own state allows"])
        }
        table.add([
            "promised", size(budget.promised), "what all guests may see, with what is asked of them still theirs",
        ])
        table.add(["free", signed(budget.free), budget.free < 0 ? overdrawn : ""])
        table.add(["slack", size(budget.slack), "to be kept free for bursts"])
        table.add(["due", size(budget.due), "asked of payers, not yet arrived"])
        table.add(["wanted", size(budget.wanted), "waited for by guests"])
        table.add(["loans", size(budget.loans), "taken unasked, not yet paid back"])
        table.add(["reserved", size(budget.reserved), "for guests, whenever they need it"])
        return table.text() + (budget.shortage.map { "\nshort: \($0.message)" } ?? "")
    }

    private static func host(_ host: HostStatus) -> String {
        var table = TextTable(rightAligned: [1])
        table.add(["host", StatusText.size(host.total), "\(StatusText.size(host.available)) available"])
        if let some = host.stalledSome, let full = host.stalledFull {
            table.add(["pressure", host.pressure, "stalled: some \(percent(some)), full \(percent(full)) of 10 s"])
        } else {
            table.add(["pressure", host.pressure])
        }
        if let group = host.cgroup, host.cgroupLimit != nil || host.cgroupUsed != nil {
            let used = host.cgroupUsed.map { "\(size($0)) used" } ?? ""
            table.add(["cgroup", StatusText.size(host.cgroupLimit), "\(group) \(used)"])
        }
        return table.text() + host.missing.map { "\n\($0)" }.joined()
    }

    private static func guests(_ guests: [GuestShareStatus]) -> String {
        var table = TextTable(
            header: [
                "GUEST", "PROMISED", "MIN", "MAX", "CAP", "FLOOR", "RESERVATION", "WEIGHT", "ACTIVE", "PRICE", "SPARE",
                "DUE", "WANTED", "STATE",
            ], rightAligned: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
        for guest in guests {
            table.add([
                guest.name, size(guest.promised), size(guest.min), size(guest.max), StatusText.size(guest.cap),
                size(guest.floor), size(guest.reservation), number(guest.weight),
                percent(guest.active), guest.price.map(number) ?? "-", size(guest.spare),
                size(guest.due), size(guest.wanted), guest.state.rawValue,
            ])
        }
        let driverless = guests.filter { $0.spent != nil }.map { "\n\($0.name): \($0.reason)" }
        let limited = guests.compactMap { guest in
            guest.ceiling.map { "\n\(guest.name): sees \(size($0)) at most: its VMM's cgroup allows no more" }
        }
        return guests.isEmpty ? "no guests" : table.text() + (driverless + limited).joined()
    }

    private static func reaction(_ reaction: ReactionStatus) -> String {
        guard let mean = reaction.meanSeconds, let longest = reaction.longestSeconds else { return "" }
        func micro(_ seconds: Double) -> String { "\(Int((seconds * 1e6).rounded())) us" }
        return "an alarm reached its payers \(reaction.count) times, after \(micro(mean)) on average, "
            + "\(micro(longest)) at most"
    }

    static func plan(_ plan: BudgetPlan) -> String {
        var lines = [plan.message]
        lines += plan.steps.enumerated().map { "  \($0.offset + 1). \($0.element.message)" }
        if !plan.refusals.isEmpty {
            lines.append("who would pay nothing:")
            lines += plan.refusals.map { "  \($0.guest): \($0.why)" }
        }
        lines.append("free afterwards: \(signed(plan.free))" + (plan.short > 0 ? "; short: \(size(plan.short))" : ""))
        return lines.joined(separator: "\n")
    }

    static func explanation(_ explanation: Explanation) -> String {
        var lines = ["\(explanation.guest) is \(explanation.state.rawValue): \(explanation.reason)"]
        if explanation.decisions.isEmpty { lines.append("nothing was decided about it lately") }
        for decision in explanation.decisions.reversed() {
            let event = decision.event
            lines.append("\(event.timestamp)  \(event.kind.rawValue): \(event.message)")
            if let seconds = decision.seconds, let until = decision.until {
                lines.append("    took \(seconds < 0.0015 ? "1 ms or less" : "\(seconds) s"), until: \(until)")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func size(_ size: ByteSize) -> String { size.description }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    private static func signed(_ bytes: Int64) -> String {
        (bytes < 0 ? "-" : "") + ByteSize(bytes.magnitude).description
    }

    private static func number(_ value: Double) -> String {
        let rounded = (value * 1000).rounded() / 1000
        return rounded == rounded.rounded() && abs(rounded) < 1e9 ? "\(Int64(rounded))" : "\(rounded)"
    }
}
