internal import Arbiter
internal import Balloon
internal import ControlAPI

extension Steering {
    /// How far a balloon that has settled may be from its target: the largest message of a driver that knows no smaller pieces,
    /// Windows' 512 pages. The guest's own page, of 64 KiB at the most, is less.
    private static let piece: Pages = 512

    /// What becomes of what was asked for, while a driver runs.
    ///
    /// - Parameter held: pages that the balloon holds now.
    func pursuit(held: Pages) -> Pursuit {
        switch state {
        case .settled:
            if isReached(held) { return .reached }
            return .notPursued
        case .inflating, .deflating, .reclaiming: return isPaused ? .notPursued : .underWay
        case .hinting: return isReached(held) ? .reached : .underWay
        case .idle, .starting: return .waiting
        case .alarm, .holdOff, .stalled, .fixed, .notAnswering: return .notPursued
        }
    }

    private func isReached(_ held: Pages) -> Bool {
        guard let requested else { return true }
        // Under a budget it is the least that the balloon holds.
        let isEnough = held + Self.piece >= requested
        return seat == nil ? isEnough && held <= requested + Self.piece : isEnough
    }
}
