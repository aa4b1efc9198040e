internal import Balloon

extension GuestStatus {
    /// The balloon is what was asked for: held meets the target, and the target is the operator's.
    public var isReached: Bool {
        guard link == .driverReady, held.pages == target.pages else { return false }
        guard let requested else { return true }
        return requested.pages == target.pages
    }

    /// The daemon does not chase the target now.
    public var isGivenUp: Bool {
        switch state {
        case .alarm, .holdOff, .stalled: true
        case .idle, .settled, .starting, .inflating, .deflating, .reclaiming, .notAnswering: false
        }
    }
}

extension ByteSize {
    /// Whole pages of 4 KiB.
    fileprivate var pages: UInt64 { bytes / PageFrame.size }
}
