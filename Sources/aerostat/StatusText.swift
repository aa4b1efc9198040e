import Balloon
import ControlAPI

/// Guests' statuses for people.
enum StatusText {
    /// One line for each guest.
    static func list(_ guests: [GuestStatus]) -> String {
        if guests.isEmpty { return "no guests are configured" }
        var table = TextTable(
            header: ["GUEST", "LINK", "MAX", "GUEST SEES", "BALLOON HELD", "BALLOON TARGET", "HOST USES", "STATE"],
            rightAligned: [2, 3, 4, 5, 6])
        for guest in guests {
            table.add([
                guest.name, guest.link.rawValue, size(guest.max), size(guest.sees), size(guest.held),
                size(guest.target), size(guest.hostUses), guest.state.rawValue,
            ])
        }
        let problems = guests.flatMap { guest in guest.problems.map { "\n\(guest.name): problem: \($0)" } }
        return table.text() + problems.joined()
    }

    /// All that is known of one guest.
    static func details(_ guest: GuestStatus) -> String {
        var parts = [head(guest), memory(guest), features(guest), statistics(guest), counters(guest.counters)]
        parts += guest.problems.map { "problem: \($0)" }
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    static func size(_ size: ByteSize?) -> String { size?.description ?? "-" }

    static func seconds(_ seconds: Double) -> String {
        let tenths = (seconds * 10).rounded() / 10
        return tenths == tenths.rounded() ? "\(Int64(tenths)) s" : "\(tenths) s"
    }

    private static func head(_ guest: GuestStatus) -> String {
        var table = TextTable()
        table.add(["guest", guest.name])
        table.add(["socket", "\(guest.socket) (\(guest.door.rawValue))"])
        table.add(["link", guest.link.rawValue])
        let retry = guest.retrySeconds.map { "; tried again in \(seconds($0))" } ?? ""
        table.add(["state", "\(guest.state.rawValue): \(guest.reason)\(retry)"])
        return table.text()
    }

    private static func memory(_ guest: GuestStatus) -> String {
        var table = TextTable(rightAligned: [1])
        table.add([
            "max", size(guest.max),
            guest.shared.map { "the guest's memory, as it says; its VMM shares \($0)" }
                ?? "the guest's memory, as its VMM shares it",
        ])
        table.add(["guest sees", size(guest.sees), "what the guest may use: max less balloon held"])
        table.add(["  used", size(guest.used), "by the guest's programs and kernel (its statistics)"])
        table.add(["  cache", size(guest.cache), "the guest's page cache (its statistics)"])
        table.add(["balloon held", size(guest.held), "as we counted it, page by page"])
        table.add([
            "  released", size(guest.released), "of what is held: the host has it; less where only whole huge pages go",
        ])
        table.add(["  pending", size(guest.pending), "of what is held: the host will have it soon"])
        table.add(["balloon reported", size(guest.reported), "as the guest says"])
        table.add(["balloon target", size(guest.target), "what we ask the guest for now" + seen(guest, guest.target)])
        table.add([
            "balloon requested", size(guest.requested), "what the operator asked for" + seen(guest, guest.requested),
        ])
        table.add(["host uses", size(guest.hostUses), "what the host really spends on the guest"])
        return "memory\n" + table.text(indent: "  ")
    }

    /// The same balloon in the guest's words.
    private static func seen(_ guest: GuestStatus, _ balloon: ByteSize?) -> String {
        guard let max = guest.max, let balloon, balloon <= max else { return "" }
        return " (guest sees \(ByteSize(max.bytes - balloon.bytes)))"
    }

    private static func features(_ guest: GuestStatus) -> String {
        if guest.features.isEmpty { return "" }
        var table = TextTable(header: ["features", "OFFERED", "NEGOTIATED", "SEEN"])
        for feature in guest.features {
            let marks = [feature.offered, feature.negotiated, feature.seen].map { $0 ? "yes" : "no" }
            table.add(["  " + feature.name] + marks)
        }
        return table.text()
    }

    static func statistics(_ guest: GuestStatus) -> String {
        let statistics = guest.statistics
        let interval = statistics.intervalSeconds > 0 ? "every \(seconds(statistics.intervalSeconds))" : "on demand"
        let age = statistics.ageSeconds.map { ", \(seconds($0)) old" } ?? ""
        let head = "statistics: \(statistics.state.rawValue), \(interval)\(age)"
        if statistics.values.isEmpty { return head }
        var table = TextTable(rightAligned: [1])
        for (name, value) in statistics.values.sorted(by: { $0.key < $1.key }) {
            // A daemon that is newer than this program may know more.
            let facts = StatisticsTag.allCases.first { $0.name == name }?.facts
            table.add([name, facts?.unit == .bytes ? size(ByteSize(value)) : "\(value)", facts?.meaning ?? ""])
        }
        return head + "\n" + table.text(indent: "  ")
    }

    private static func counters(_ counters: Counters) -> String {
        var table = TextTable(rightAligned: [1])
        table.add(["inflated", size(counters.inflatedBytes), "went into the balloon"])
        table.add(["deflated", size(counters.deflatedBytes), "left the balloon"])
        table.add(["unsolicited", size(counters.unsolicitedBytes), "of that: taken back though nobody asked"])
        table.add(["reported free", size(counters.reportedFreeBytes)])
        table.add(["hinted free", size(counters.hintedFreeBytes)])
        table.add(["discarded", size(counters.discardedBytes), "given to the host, in \(counters.discardCalls) calls"])
        table.add([
            "discard failures", "\(counters.discardFailures)", "calls that should have given memory, and failed",
        ])
        table.add(["populated", size(counters.populatedBytes), "brought in for the guest as it left the balloon"])
        table.add(["alarms", "\(counters.alarms)"])
        table.add(["bad pages", "\(counters.badPages)", "page numbers that were refused"])
        table.add(["bad chains", "\(counters.badChains)", "descriptor chains that were refused and returned"])
        table.add([
            "bad statistics", "\(counters.droppedStatistics)", "values that cannot have been right, and did not count",
        ])
        return "since the daemon started\n" + table.text(indent: "  ")
    }
}
