/// What one check of the doctor found.
package struct Finding: Codable, Sendable, Equatable {
    /// What was looked at, such as `qemu`.
    package var check: String
    package var outcome: Outcome
    /// What is, and why it matters. One sentence.
    package var why: String
    /// What would help; `nil` where nothing has to.
    package var help: String?

    package enum Outcome: String, Codable, Sendable {
        case ok
        /// Works, or works in part; worth a look.
        case warn
        /// Will not work.
        case fail
    }

    static func ok(_ check: String, _ why: String) -> Finding {
        Finding(check: check, outcome: .ok, why: why, help: nil)
    }

    static func warn(_ check: String, _ why: String, help: String) -> Finding {
        Finding(check: check, outcome: .warn, why: why, help: help)
    }

    static func fail(_ check: String, _ why: String, help: String) -> Finding {
        Finding(check: check, outcome: .fail, why: why, help: help)
    }
}
