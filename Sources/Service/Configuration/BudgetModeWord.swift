internal import ControlAPI

/// A mode as people write it. YAML and shells know several words for `on`.
enum BudgetModeWord {
    static func parse(_ text: String) throws(ValueError) -> BudgetMode {
        switch text.lowercased() {
        case "on", "true": .on
        case "watch": .watch
        case "pause", "paused": .pause
        default: throw ValueError("\(text.debugDescription): write on, watch or pause")
        }
    }
}
