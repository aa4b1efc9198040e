import Foundation
import Lab

/// The table of ``BenchTable`` as bars: seconds, with the spread, for people who would rather look.
struct BenchPlot {
    private static let width = 900.0
    private static let left = 300.0
    private static let barHeight = 14.0
    private static let colors = ["#9ca3af", "#2563eb", "#0d9488"]

    let table: BenchTable

    var svg: String {
        let guests = table.guests
        let contenders = table.contenders
        let groupHeight = Double(contenders.count) * Self.barHeight + 12
        let height = 70 + Double(guests.count) * groupHeight
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Int(Self.width))\" height=\"\(Int(height))\" "
                + "font-family=\"sans-serif\" font-size=\"12\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            text(10, 20, "Growing a balloon: median seconds, and the spread; less is better", size: 14),
        ]
        for (index, contender) in contenders.enumerated() {
            let x = 10 + Double(index) * 200
            lines.append(rectangle(x, 32, 12, 12, Self.colors[index % Self.colors.count]))
            lines.append(text(x + 18, 42, contender.name))
        }
        for (index, guest) in guests.enumerated() {
            lines += group(guest, y: 60 + Double(index) * groupHeight)
        }
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    private func group(_ guest: InflateBench.Subject, y: Double) -> [String] {
        let contenders = table.contenders
        var lines = [
            text(
                Self.left - 8, y + Double(contenders.count) * Self.barHeight / 2 + 4, BenchTable.title(guest),
                anchor: "end")
        ]
        for (index, contender) in contenders.enumerated() {
            let seconds = table.outcomes(guest, contender).map(\.seconds)
            guard let middle = median(seconds), let least = seconds.min(), let most = seconds.max() else { continue }
            let top = y + Double(index) * Self.barHeight
            let color = Self.colors[index % Self.colors.count]
            lines.append(rectangle(Self.left, top, length(middle), Self.barHeight - 3, color))
            let middleLine = top + (Self.barHeight - 3) / 2
            lines.append(
                "<path d=\"M\(short(Self.left + length(least))) \(short(middleLine))H\(short(Self.left + length(most)))\" "
                    + "stroke=\"black\"/>")
            lines.append(text(Self.left + length(most) + 5, top + 10, String(format: "%.3f", middle), size: 10))
        }
        return lines
    }

    private func length(_ seconds: Double) -> Double {
        seconds / max(0.001, table.mostSeconds) * (Self.width - Self.left - 60)
    }

    private func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ color: String) -> String {
        "<rect x=\"\(short(x))\" y=\"\(short(y))\" width=\"\(short(width))\" height=\"\(short(height))\" fill=\"\(color)\"/>"
    }

    private func text(_ x: Double, _ y: Double, _ words: String, anchor: String = "start", size: Int = 12) -> String {
        let escaped = words.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        return
            "<text x=\"\(short(x))\" y=\"\(short(y))\" text-anchor=\"\(anchor)\" font-size=\"\(size)\">\(escaped)</text>"
    }

    private func short(_ value: Double) -> String {
        String(format: "%.1f", locale: Locale(identifier: "en_US_POSIX"), value)
    }
}
