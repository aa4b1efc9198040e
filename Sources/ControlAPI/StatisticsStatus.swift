public import Balloon

/// The guest's statistics and how fresh they are.
public struct StatisticsStatus: Codable, Sendable, Equatable {
    public var state: State
    /// Seconds between requests; 0: none are sent.
    public var intervalSeconds: Double
    /// Seconds since the newest set arrived, or `nil` if none did.
    public var ageSeconds: Double?
    /// Host time of the newest set's arrival, ISO 8601.
    public var timestamp: String?
    /// The newest set by the name of the tag (`available-memory`, ...): bytes or a count, as the table ``StatisticsTag/facts`` says.
    /// Only what the guest sent.
    public var values: [String: UInt64]
    /// What was in the balloon when the newest set arrived.
    public var heldThen: ByteSize?

    public init(
        state: State, intervalSeconds: Double, ageSeconds: Double?, timestamp: String?, values: [String: UInt64],
        heldThen: ByteSize? = nil
    ) {
        self.state = state
        self.intervalSeconds = intervalSeconds
        self.ageSeconds = ageSeconds
        self.timestamp = timestamp
        self.values = values
        self.heldThen = heldThen
    }

    /// The newest value of one statistic, bytes or a count; `nil` where the guest did not send it.
    public subscript(tag: StatisticsTag) -> UInt64? { values[tag.name] }

    public enum State: String, Codable, Sendable {
        /// The driver has not negotiated statistics, or does not run.
        case unavailable
        /// Negotiated, and nothing was asked for or received yet.
        case waiting
        /// The last request was answered in time.
        case answering
        /// The last request was not answered in time.
        case notAnswering = "not-answering"
    }
}
