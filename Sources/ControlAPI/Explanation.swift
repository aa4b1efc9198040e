/// Why a guest is as it is: the newest decisions about it; the answer to `GET /v1/guests/NAME/explain`.
public struct Explanation: Codable, Sendable, Equatable {
    public var guest: String
    public var state: BalloonState
    /// Why its target is what it is, in a sentence.
    public var reason: String
    /// The newest first.
    public var decisions: [Decision]

    public struct Decision: Codable, Sendable, Equatable {
        public var event: Event
        /// How long it took, where that is known, and until what.
        public var seconds: Double?
        public var until: String?

        public init(event: Event, seconds: Double?, until: String?) {
            self.event = event
            self.seconds = seconds
            self.until = until
        }
    }

    public init(guest: String, state: BalloonState, reason: String, decisions: [Decision]) {
        self.guest = guest
        self.state = state
        self.reason = reason
        self.decisions = decisions
    }
}
