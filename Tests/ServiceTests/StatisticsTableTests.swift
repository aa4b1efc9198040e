import Balloon
import ControlAPI
import Foundation
import Service
import Testing

@Suite struct StatisticsTableTests {
    @Test("docs/API.md has the line of every statistic", arguments: StatisticsTag.allCases)
    func isDocumented(tag: StatisticsTag) throws {
        let text = try String(contentsOf: Documentation.api, encoding: .utf8)
        let facts = tag.facts
        let line = "| `\(tag.name)` | \(facts.unit), \(facts.kind) | `\(tag.metricName)` | \(facts.meaning) |"
        #expect(text.split(separator: "\n").contains(Substring(line)), "wanted: \(line)")
    }

    @Test("every statistic is a metric with its unit", arguments: StatisticsTag.allCases)
    func isAMetric(tag: StatisticsTag) {
        var guest = GuestsDouble.status("web1", max: ByteSize(1 << 30))
        guest.statistics.values = [tag.name: 4096]
        let text = Metrics.render(statuses: [guest], events: [])
        #expect(text.contains("\n# TYPE \(tag.metricName) \(tag.facts.kind)\n"))
        #expect(text.contains("\n\(tag.metricName){guest=\"web1\"} 4096\n"))
    }

    @Test func whatReclaimTellsIsBytes() {
        #expect(StatisticsTag.asyncScans.metricName == "aerostat_guest_statistics_async_scans_bytes_total")
        #expect(StatisticsTag.directReclaims.metricName == "aerostat_guest_statistics_direct_reclaims_bytes_total")
        #expect(StatisticsTag.diskCaches.metricName == "aerostat_guest_statistics_disk_caches_bytes")
        #expect(StatisticsTag.oomKills.metricName == "aerostat_guest_statistics_oom_kills_total")
    }
}
