/// What one device did in one check.
public struct ConformanceOutcome: Sendable, Codable, Equatable {
    public enum Kind: String, Sendable, Codable {
        case passed
        case departed
        case skipped
    }

    public var kind: Kind
    /// What was seen instead, or why nothing was.
    public var reason: String?

    public init(_ kind: Kind, _ reason: String? = nil) {
        self.kind = kind
        self.reason = reason
    }
}

/// What one device did in all checks that were played.
public struct ConformanceResult: Sendable, Codable {
    public var device: String
    /// By row and sentence, in the order in which they were played.
    public var titles: [String] = []
    public var outcomes: [String: ConformanceOutcome] = [:]
    /// Why the checks did not come to their end, if so.
    public var fault: String?

    init(_ device: String) { self.device = device }

    mutating func add(_ title: String, _ outcome: ConformanceOutcome) {
        if outcomes[title] == nil { titles.append(title) }
        outcomes[title] = outcome
    }

    public var departures: [String] { titles.filter { outcomes[$0]?.kind == .departed } }
    public func count(_ kind: ConformanceOutcome.Kind) -> Int { outcomes.values.count { $0.kind == kind } }
}
