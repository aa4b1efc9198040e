public import ConformanceChecks
import VhostUser

/// Plays one guest after another against a vhost-user balloon, and says where it departs from the specification.
public struct Probe: Sendable {
    private let path: String
    private let patience: UInt64
    private let hint: (@Sendable () throws -> Void)?
    private let checks: [(number: Int, check: Check<VhostUserPlatform>)]

    /// Those that can be played from inside a virtual machine too come first.
    private static var all: [Check<VhostUserPlatform>] {
        Check.all + Check.ofVhostUser + Check.ofVhostUser.prefix(3).map { $0.onPackedRings }
    }

    /// - Parameters:
    ///   - path: of the device's socket.
    ///   - only: the row whose checks are run, such as `spec V4`, `V4` or `robustness`; all where `nil`.
    ///   - patience: how long the device may take for any one answer (ns).
    ///   - hint: makes the device begin free page hinting; without it the checks of hinting are skipped.
    public init(
        path: String, only: String? = nil, patience: UInt64 = 5_000_000_000,
        hint: (@Sendable () throws -> Void)? = nil
    ) {
        self.path = path
        self.patience = patience
        self.hint = hint
        checks = Self.all.enumerated()
            .map { (number: $0.offset + 1, check: $0.element) }
            .filter { entry in only.map { Self.matches(entry.check.row, $0) } ?? true }
    }

    /// How many checks will be run.
    public var count: Int { checks.count }

    /// The rows that the kit knows, each once, in order.
    public static var rows: [String] {
        var rows: [String] = []
        for check in all where !rows.contains(check.row) { rows.append(check.row) }
        return rows
    }

    private static func matches(_ row: String, _ wanted: String) -> Bool {
        let (row, wanted) = (row.lowercased(), wanted.lowercased())
        return row == wanted || row == "spec \(wanted)" || row == "robustness: \(wanted)"
            || row.hasPrefix("\(wanted): ") || row.hasPrefix("\(wanted) ")
    }

    /// Throws unless a back-end that speaks vhost-user, and has no VMM yet, listens at the socket.
    public func connect() throws(ProbeError) {
        do throws(FrontEndError) {
            let front = try VhostUserFrontEnd(path: path, patience: patience)
            try front.open()
            try front.hangUp()
        } catch {
            let reason =
                error == .closed
                ? "it closed the connection: it has a VMM already, or is not a vhost-user device" : "\(error)"
            throw ProbeError(description: "\(path): \(reason)")
        }
    }

    /// Runs the checks one after another, each on a connection of its own; blocks.
    ///
    /// - Parameter report: is given each result as soon as it is there.
    public func run(_ report: (CheckResult) -> Void) {
        for (number, check) in checks {
            let result = CheckResult(
                number: number, row: check.row, sentence: check.sentence, outcome: outcome(of: check))
            report(result)
        }
    }

    private func outcome(of check: Check<VhostUserPlatform>) -> Outcome {
        do throws(CheckError) {
            let platform = try VhostUserPlatform(path, patience: patience, hint: hint)
            defer { platform.leave() }
            return check.outcome(CheckGuest(platform))
        } catch {
            switch error {
            case .failed(let reason): return .failed(reason)
            case .skipped(let reason): return .skipped(reason)
            }
        }
    }
}
