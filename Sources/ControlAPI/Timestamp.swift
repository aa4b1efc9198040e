internal import FoundationEssentials

/// Host time as it stands in events and answers.
public enum Timestamp {
    /// Now, UTC, ISO 8601 with milliseconds: `2026-01-31T12:00:00.123Z`. May be called from any thread.
    public static func now() -> String {
        Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
