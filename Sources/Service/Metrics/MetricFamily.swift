/// One metric with all its samples, as Prometheus' text format wants it.
struct MetricFamily {
    enum Kind: String {
        case gauge
        case counter
        case histogram
    }

    private(set) var text: String
    private(set) var isEmpty = true
    private let name: String

    init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        text = "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// - Parameter suffix: of the name, for the parts of a histogram.
    mutating func add(suffix: String = "", _ labels: KeyValuePairs<String, String> = [:], _ value: UInt64) {
        add(suffix, labels, "\(value)")
    }

    mutating func add(suffix: String = "", _ labels: KeyValuePairs<String, String> = [:], _ value: Double) {
        add(suffix, labels, value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)")
    }

    private mutating func add(_ suffix: String, _ labels: KeyValuePairs<String, String>, _ value: String) {
        isEmpty = false
        let pairs = labels.map { "\($0.key)=\"\(Self.escape($0.value))\"" }
        text += name + suffix + (pairs.isEmpty ? "" : "{" + pairs.joined(separator: ",") + "}") + " \(value)\n"
    }

    private static func escape(_ value: String) -> String {
        var escaped = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
