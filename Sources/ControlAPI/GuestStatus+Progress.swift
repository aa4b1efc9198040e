extension GuestStatus {
    /// The balloon is what was asked for, as the daemon says.
    public var isReached: Bool { pursuit == .reached }

    /// The daemon does not chase the target now.
    public var isGivenUp: Bool { pursuit == .notPursued }
}
