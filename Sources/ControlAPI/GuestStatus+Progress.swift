extension GuestStatus {
    /// The size of the smallest thing a balloon can hold, in bytes.
    static let page: UInt64 = 4096

    /// The balloon is what was asked for: held meets the target, and the target is the operator's.
    public var isReached: Bool {
        guard link == .driverReady, held / Self.page == target / Self.page else { return false }
        guard let requested else { return true }
        return requested / Self.page == target / Self.page
    }

    /// The daemon does not chase the target now.
    public var isGivenUp: Bool {
        switch balloon {
        case .alarm, .holdOff, .stalled: true
        case .idle, .settled, .inflating, .deflating, .reclaiming, .notAnswering: false
        }
    }
}
