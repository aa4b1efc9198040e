import Foundation
import Load

/// A load's report for eyes.
struct LoadText {
    let lines: [String]

    init(_ report: LoadReport) {
        var lines = [
            "\(report.guests) guests on \(report.threads) threads, \(String(format: "%.1f", report.seconds)) s",
            String(
                format: "%.0f messages/s  %.0f pages/s  %.2f GiB/s", report.messagesPerSecond, report.pagesPerSecond,
                report.gibibytesPerSecond),
        ]
        var table = TextTable(
            header: ["kick to used, us", "messages", "p50", "p90", "p99", "p99.9", "max"],
            rightAligned: [1, 2, 3, 4, 5, 6])
        let rows = [
            ("inflate", report.inflateMicroseconds), ("deflate", report.deflateMicroseconds),
            ("victims' inflate", report.victimInflateMicroseconds),
            ("victims' deflate", report.victimDeflateMicroseconds),
        ]
        for case (let name, let latency?) in rows {
            table.add(
                [name, String(latency.count)]
                    + [latency.p50, latency.p90, latency.p99, latency.p999, latency.max].map {
                        String(format: "%.1f", $0)
                    })
        }
        lines += table.text().split(separator: "\n").map(String.init)
        self.lines = lines
    }
}
