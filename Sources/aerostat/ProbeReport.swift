import ConformanceChecks

/// The results of a probe, for programs.
struct ProbeReport: Encodable {
    struct Check: Encodable {
        let number: Int
        let row: String
        let sentence: String
        let outcome: String
        let reason: String?
    }

    let socket: String
    let passed: Int
    let failed: Int
    let skipped: Int
    let checks: [Check]

    init(socket: String, _ results: [CheckResult]) {
        self.socket = socket
        func count(_ name: String) -> Int { results.count { $0.outcome.name == name } }
        passed = count("passed")
        failed = count("failed")
        skipped = count("skipped")
        checks = results.map {
            Check(
                number: $0.number, row: $0.row, sentence: $0.sentence, outcome: $0.outcome.name,
                reason: $0.outcome.reason)
        }
    }
}
