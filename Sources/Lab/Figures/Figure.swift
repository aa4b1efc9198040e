import Foundation

/// One number that is held against a bound.
public struct Figure: Sendable, Codable, Equatable {
    /// On which side of the bound the value should be.
    public enum Direction: String, Sendable, Codable {
        case atMost = "<="
        case atLeast = ">="
    }

    public var name: String
    public var value: Double
    public var direction: Direction
    public var bound: Double
    public var isMet: Bool

    public init(_ name: String, _ value: Double, _ direction: Direction, _ bound: Double) {
        self.name = name
        self.value = value
        self.direction = direction
        self.bound = bound
        isMet = direction == .atMost ? value <= bound : value >= bound
    }

    /// `figure NAME VALUE BOUND ok`, or `... short`.
    public var line: String {
        "figure \(name) \(Self.text(value)) \(direction.rawValue)\(Self.text(bound)) \(isMet ? "ok" : "short")"
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15
            ? String(Int64(value)) : String(format: "%.3f", locale: Locale(identifier: "en_US_POSIX"), value)
    }
}
