/// Results as lines of the Test Anything Protocol, version 14.
public enum TAPReport {
    /// The lines that come before the results.
    public static func header(count: Int) -> String { "TAP version 14\n1..\(count)" }

    /// One result, and where it failed, why.
    ///
    /// - Parameters:
    ///   - result: what the check found.
    ///   - number: of the line; TAP wants them without gaps.
    public static func lines(_ result: CheckResult, number: Int) -> String {
        let title = "\(number) - \(escaped("\(result.row): \(result.sentence)", UInt8(ascii: "#")))"
        switch result.outcome {
        case .passed: return "ok \(title)"
        case .skipped(let reason): return "ok \(title) # SKIP \(escaped(reason, nil))"
        case .failed(let reason):
            return "not ok \(title)\n  ---\n  message: \"\(escaped(reason, UInt8(ascii: "\"")))\"\n  ..."
        }
    }

    /// One line, with a backslash before `mark` and before backslashes; as it is where there is no mark.
    private static func escaped(_ text: String, _ mark: UInt8?) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if let mark, byte == mark || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte == 10 || byte == 13 ? 32 : byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
