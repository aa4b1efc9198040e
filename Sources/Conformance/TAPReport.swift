/// Results as lines of the Test Anything Protocol, version 14.
public enum TAPReport {
    /// What comes before the results.
    public static func header(count: Int) -> String { "TAP version 14\n1..\(count)" }

    /// One result.
    ///
    /// - Parameter number: of the line; TAP wants them without gaps.
    public static func lines(_ result: CheckResult, number: Int) -> String {
        let title = "\(number) - \(escaped("\(result.row): \(result.sentence)"))"
        switch result.outcome {
        case .passed: return "ok \(title)"
        case .skipped(let reason): return "ok \(title) # SKIP \(oneLine(reason))"
        case .failed(let reason): return "not ok \(title)\n  ---\n  message: \"\(quoted(reason))\"\n  ..."
        }
    }

    private static func escaped(_ text: String) -> String {
        String(oneLine(text).flatMap { $0 == "#" || $0 == "\\" ? ["\\", $0] : [$0] })
    }

    private static func quoted(_ text: String) -> String {
        String(oneLine(text).flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] })
    }

    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }
}
