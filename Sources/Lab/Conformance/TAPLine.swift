/// One result of a tester that prints TAP.
struct TAPLine: Equatable {
    var number: Int
    var isOK: Bool
    /// Row and sentence.
    var title: String
    /// Why the check was skipped, if it was.
    var skip: String?

    /// `nil` for any other line.
    init?(_ line: String) {
        var rest = Substring(line)
        if rest.hasPrefix("not ok ") {
            isOK = false
            rest = rest.dropFirst(7)
        } else if rest.hasPrefix("ok ") {
            isOK = true
            rest = rest.dropFirst(3)
        } else {
            return nil
        }
        guard let dash = rest.firstRange(of: " - "), let number = Int(rest[..<dash.lowerBound]) else { return nil }
        self.number = number
        rest = rest[dash.upperBound...]
        if let mark = rest.firstRange(of: " # SKIP ") {
            skip = String(rest[mark.upperBound...])
            rest = rest[..<mark.lowerBound]
        }
        title = String(rest).replacing("\\#", with: "#").replacing("\\\\", with: "\\")
    }

    /// The number of checks in a plan, `1..N`.
    static func plan(_ line: String) -> Int? { line.hasPrefix("1..") ? Int(line.dropFirst(3)) : nil }

    /// The reason in a line of a result's diagnostics.
    static func message(_ line: String) -> String? {
        let start = "  message: \""
        guard line.hasPrefix(start), line.hasSuffix("\"") else { return nil }
        return String(line.dropFirst(start.count).dropLast()).replacing("\\\"", with: "\"").replacing(
            "\\\\", with: "\\")
    }
}
