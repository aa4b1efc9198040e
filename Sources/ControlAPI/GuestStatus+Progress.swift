internal import Balloon

extension GuestStatus {
    /// The balloon is what was asked for: held meets the target, and the target is the operator's.
    public var isReached: Bool {
        guard link == .driverReady, held / PageFrame.size == target / PageFrame.size else { return false }
        guard let requested else { return true }
        return requested / PageFrame.size == target / PageFrame.size
    }

    /// The daemon does not chase the target now.
    public var isGivenUp: Bool {
        switch balloon {
        case .alarm, .holdOff, .stalled: true
        case .idle, .settled, .inflating, .deflating, .reclaiming, .notAnswering: false
        }
    }
}
