/// The body of `PUT /v1/guests/NAME/requested`: exactly one of the two.
public struct SizeRequest: Codable, Sendable, Equatable {
    /// What the guest shall see; the balloon is the rest.
    public var sees: ByteSize?
    /// What the balloon shall hold.
    public var balloon: ByteSize?

    public init(sees: ByteSize? = nil, balloon: ByteSize? = nil) {
        self.sees = sees
        self.balloon = balloon
    }
}

/// The body of `PUT /v1/guests/NAME/statistics`.
public struct StatisticsRequest: Codable, Sendable, Equatable {
    /// Seconds between requests; 0 stops them.
    public var intervalSeconds: Double

    public init(intervalSeconds: Double) {
        self.intervalSeconds = intervalSeconds
    }
}

/// The answer to a request that changes something: what will happen, said to people, and the state after it.
public struct Accepted: Codable, Sendable, Equatable {
    public var message: String
    public var guest: GuestStatus

    public init(message: String, guest: GuestStatus) {
        self.message = message
        self.guest = guest
    }
}

/// The body of every 4xx and 5xx answer.
public struct Refused: Codable, Sendable, Error, Equatable {
    /// One line that names the thing, the value, and what would be right.
    public var error: String

    public init(error: String) {
        self.error = error
    }
}
