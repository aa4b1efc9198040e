internal import ControlAPI

/// The guests' own statistics (VIRTIO 1.4 §5.5.6.4) as metrics, named after their tags.
enum StatisticMetrics {
    private static let sizes: Set = ["free-memory", "total-memory", "available-memory", "disk-caches"]
    private static let sums: Set = ["swap-in", "swap-out"]

    static func families(_ statuses: [GuestStatus]) -> [MetricFamily] {
        let tags = Set(statuses.flatMap(\.statistics.values.keys)).sorted()
        return tags.map { tag in
            let name = "aerostat_guest_statistics_" + tag.replacing("-", with: "_")
            let help = "The guest's statistic \(tag)."
            let add = { (family: inout MetricFamily, guest: GuestStatus) in
                if let value = guest.statistics.values[tag] { family.add(["guest": guest.name], value) }
            }
            if sizes.contains(tag) { return Metrics.family(name + "_bytes", .gauge, help, statuses, add) }
            let unit = sums.contains(tag) ? "_bytes_total" : "_total"
            return Metrics.family(name + unit, .counter, help, statuses, add)
        }
    }
}
