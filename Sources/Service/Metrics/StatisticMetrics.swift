internal import Balloon
internal import ControlAPI

extension StatisticsTag {
    /// The metric's name: after the tag, with its unit, and `_total` where it only grows.
    package var metricName: String {
        let facts = facts
        let unit = facts.unit == .bytes ? "_bytes" : ""
        let total = facts.kind == .counter ? "_total" : ""
        return "aerostat_guest_statistics_" + facts.name.replacing("-", with: "_") + unit + total
    }
}

/// The guests' own statistics (VIRTIO 1.4 §5.5.6.4) as metrics.
enum StatisticMetrics {
    static func families(_ statuses: [GuestStatus]) -> [MetricFamily] {
        StatisticsTag.allCases.map { tag in
            let kind: MetricFamily.Kind = tag.facts.kind == .counter ? .counter : .gauge
            let help = "The guest's statistic \(tag.name): \(tag.facts.meaning)."
            return Metrics.family(tag.metricName, kind, help, statuses) { family, guest in
                if let value = guest.statistics[tag] { family.add(["guest": guest.name], value) }
            }
        }
    }
}
