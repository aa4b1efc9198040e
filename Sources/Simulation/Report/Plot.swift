/// A picture of a comparison: for each policy what guests wanted and what they could see, over time.
public enum Plot {
    private static let width = 900.0
    private static let panelHeight = 150.0
    private static let left = 70.0
    private static let right = 20.0
    private static let top = 50.0
    private static let samples = 600

    /// Runs the scenario under each policy once more, and draws it as SVG.
    ///
    /// - Parameter budget: in pages.
    public static func svg(_ scenario: Scenario, budget: Int, policies: [PolicyName]) -> String {
        let height = top + Double(policies.count) * panelHeight + 40
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Int(width))\" height=\"\(Int(height))\" "
                + "font-family=\"sans-serif\" font-size=\"12\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            text(
                left, 20,
                "\(scenario.name): \(scenario.guests.count) guests, the host lends \(gibibytes(budget)) "
                    + "of \(gibibytes(scenario.most))", size: 14),
            legend(),
        ]
        for (index, policy) in policies.enumerated() {
            let run = policy.record(scenario, budget: budget, Recorder(ticks: scenario.ticks, count: samples))
            lines += panel(
                Panel(
                    y: top + Double(index) * panelHeight, most: scenario.most, budget: budget, ticks: scenario.ticks),
                policy, run.outcome, run.samples)
        }
        lines.append(axis(scenario.seconds, y: height - 25))
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Where one policy's part lies, and its scales.
    private struct Panel {
        let y: Double
        let most: Int
        let budget: Int
        let ticks: Int

        var height: Double { Plot.panelHeight - 30 }

        func x(_ tick: Int) -> Double {
            Plot.left + Double(tick) / Double(max(1, ticks)) * (Plot.width - Plot.left - Plot.right)
        }

        func y(_ pages: Int) -> Double {
            y + 20 + height * (1 - min(1.05, Double(pages) / Double(max(1, most))))
        }
    }

    private static func panel(
        _ panel: Panel, _ policy: PolicyName, _ outcome: Outcome, _ samples: [Recorder.Sample]
    ) -> [String] {
        func line(_ color: String, _ value: (Recorder.Sample) -> Int) -> String {
            let points = samples.map { "\(short(panel.x($0.tick))),\(short(panel.y(value($0))))" }
            return
                "<polyline fill=\"none\" stroke=\"\(color)\" stroke-width=\"1.2\" points=\"\(points.joined(separator: " "))\"/>"
        }
        let bottom = panel.y(0)
        var lines = [
            text(left, panel.y + 12, title(policy, outcome), weight: "bold"),
            "<path d=\"M\(short(left)) \(short(panel.y(panel.most)))V\(short(bottom))H\(short(width - right))\" fill=\"none\" stroke=\"#888\"/>",
            "<path d=\"M\(short(left)) \(short(panel.y(panel.budget)))H\(short(width - right))\" stroke=\"#888\" stroke-dasharray=\"4 4\"/>",
            text(left - 5, bottom, "0", anchor: "end"),
            text(left - 5, panel.y(panel.budget) + 4, gibibytes(panel.budget), anchor: "end"),
        ]
        lines += suffering(panel, samples)
        lines.append(line("#d97706", \.demand))
        lines.append(line("#2563eb", \.visible))
        lines += kills(panel, samples)
        return lines
    }

    /// Red from below, where guests lose time: full height if half of them stood still.
    private static func suffering(_ panel: Panel, _ samples: [Recorder.Sample]) -> [String] {
        zip(samples, samples.dropFirst()).compactMap { before, after in
            let seconds = VirtualTime.seconds(after.tick - before.tick) * Double(max(1, after.guests))
            let share = min(1, 2 * (after.suffered - before.suffered) / max(1e-9, seconds))
            guard share > 0.002 else { return nil }
            let high = panel.height * max(0.02, share)
            let x = panel.x(before.tick)
            return
                "<rect x=\"\(short(x))\" y=\"\(short(panel.y(0) - high))\" width=\"\(short(panel.x(after.tick) - x + 0.2))\" "
                + "height=\"\(short(high))\" fill=\"#dc2626\" fill-opacity=\"0.35\"/>"
        }
    }

    private static func kills(_ panel: Panel, _ samples: [Recorder.Sample]) -> [String] {
        zip(samples, samples.dropFirst()).compactMap { before, after in
            guard after.kills > before.kills else { return nil }
            let x = panel.x(after.tick)
            let y = panel.y(0)
            return "<path d=\"M\(short(x - 3)) \(short(y - 3))l6 6m0 -6l-6 6\" stroke=\"black\" stroke-width=\"1.5\"/>"
        }
    }

    private static func title(_ policy: PolicyName, _ outcome: Outcome) -> String {
        let host = outcome.hostKills > 0 ? ", \(outcome.hostKills) guests by the host" : ""
        return "\(policy.rawValue): \(outcome.kills) killed\(host), \(Int(outcome.suffered.rounded())) s lost"
    }

    private static func legend() -> String {
        text(left, 38, "wanted", color: "#d97706") + text(left + 60, 38, "guests may see", color: "#2563eb")
            + text(left + 170, 38, "time lost", color: "#dc2626") + text(left + 245, 38, "× killed")
            + text(left + 310, 38, "- - what the host lends", color: "#666")
    }

    private static func axis(_ seconds: Double, y: Double) -> String {
        let (unit, name) = seconds > 7200 ? (3600.0, "h") : seconds > 300 ? (60.0, "min") : (1.0, "s")
        return (0...6).map { index in
            let share = Double(index) / 6
            let value = seconds / unit * share
            let number = value >= 10 || value == value.rounded() ? "\(Int(value.rounded()))" : short(value)
            return text(
                left + share * (width - left - right), y, "\(number) \(name)", anchor: index == 6 ? "end" : "middle")
        }.joined()
    }

    private static func text(
        _ x: Double, _ y: Double, _ text: String, size: Int = 12, weight: String = "normal", anchor: String = "start",
        color: String = "black"
    ) -> String {
        "<text x=\"\(short(x))\" y=\"\(short(y))\" font-size=\"\(size)\" font-weight=\"\(weight)\" "
            + "text-anchor=\"\(anchor)\" fill=\"\(color)\">\(escaped(text))</text>"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
        return result
    }

    /// One decimal.
    private static func short(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    private static func gibibytes(_ pages: Int) -> String { "\(short(Double(pages) / Double(PageUnit.gibibyte))) GiB" }
}
