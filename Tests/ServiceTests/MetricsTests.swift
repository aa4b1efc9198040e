import ControlAPI
import Foundation
import Service
import Testing

@Suite struct MetricsTests {
    private var text: String {
        var guest = GuestsDouble.status("we\"b1", max: ByteSize(1 << 30))
        guest.held = 4096
        guest.counters.inflatedBytes = 8192
        guest.counters.alarms = 3
        let events = EventLog()
        events.append(guest: "we\"b1", kind: .alarm, message: "")
        events.append(guest: nil, kind: .problem, message: "")
        events.append(guest: "we\"b1", kind: .alarm, message: "")
        return Metrics.render(statuses: [guest], events: events.counts())
    }

    @Test(arguments: [
        "# HELP aerostat_guest_held_bytes The balloon as counted from the queues.",
        "# TYPE aerostat_guest_held_bytes gauge",
        "aerostat_guest_held_bytes{guest=\"we\\\"b1\"} 4096",
        "aerostat_guest_max_bytes{guest=\"we\\\"b1\"} 1073741824",
        "aerostat_guest_state{guest=\"we\\\"b1\",state=\"settled\"} 1",
        "aerostat_guest_state{guest=\"we\\\"b1\",state=\"hold-off\"} 0",
        "aerostat_guest_feature{guest=\"we\\\"b1\",feature=\"deflate-on-oom\",stage=\"negotiated\"} 1",
        "# TYPE aerostat_guest_inflated_bytes_total counter",
        "aerostat_guest_inflated_bytes_total{guest=\"we\\\"b1\"} 8192",
        "aerostat_guest_alarms_total{guest=\"we\\\"b1\"} 3",
        "aerostat_guest_statistics_age_seconds{guest=\"we\\\"b1\"} 0.5",
        "aerostat_guest_statistics_available_memory_bytes{guest=\"we\\\"b1\"} 734003200",
        "aerostat_guest_statistics_major_faults_total{guest=\"we\\\"b1\"} 12",
        "aerostat_guest_statistics_swap_in_bytes_total{guest=\"we\\\"b1\"} 4096",
        "aerostat_events_total{guest=\"\",kind=\"problem\"} 1",
        "aerostat_events_total{guest=\"we\\\"b1\",kind=\"alarm\"} 2",
    ])
    func hasTheLine(_ line: String) {
        #expect(text.split(separator: "\n").contains(Substring(line)))
    }

    @Test func everyMetricIsDocumented() throws {
        var guest = GuestsDouble.status("web1", max: ByteSize(1 << 30))
        guest.requested = 0
        guest.hostUses = 0
        guest.retrySeconds = 1
        var budget = BudgetAPITests.status()
        budget.host.stalledSome = 0
        budget.host.stalledFull = 0
        budget.host.cgroupLimit = 0
        budget.host.cgroupUsed = 0
        budget.guests[0].cap = 0
        let events = EventLog()
        events.append(guest: nil, kind: .problem, message: "")
        let text = Metrics.render(statuses: [guest], budget: budget, events: events.counts())
        let names = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        let documentation = try String(contentsOf: Documentation.api, encoding: .utf8)
        for name in names { #expect(documentation.contains("`\(name)`"), "\(name)") }
    }

    @Test func everyFamilyIsIntroducedOnce() {
        let lines = text.split(separator: "\n")
        let types = lines.filter { $0.hasPrefix("# TYPE ") }.compactMap { $0.split(separator: " ").dropFirst(2).first }
        #expect(Set(types).count == types.count)
        for line in lines where !line.hasPrefix("#") {
            #expect(types.contains(line.prefix { $0 != "{" && $0 != " " }))
        }
        #expect(!text.contains("host_uses"), "what is not known is left out")
    }
}
