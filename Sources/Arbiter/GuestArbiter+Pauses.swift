/// A guest that suffered, or that cannot follow, is left alone for a while: longer each time.
extension GuestArbiter {
    var pauseEnd: UInt64? {
        switch state {
        case .holdOff(let until), .stalled(let until): until
        default: nil
        }
    }

    /// Held back on purpose for a while.
    var isPausing: Bool {
        switch state {
        case .holdOff, .stalled: true
        default: false
        }
    }

    /// The pause after one more trouble (ns).
    mutating func nextBackOff(_ now: UInt64) -> UInt64 {
        if let lastTrouble, now - lastTrouble > tuning.forgiveAfter + backOff(strikes) { strikes = 0 }
        if isForgiven { strikes = 0 }
        strikes += 1
        lastTrouble = now
        return backOff(strikes)
    }

    private func backOff(_ strikes: Int) -> UInt64 {
        var pause = tuning.firstBackOff
        for _ in 0..<max(0, strikes - 1) where pause < tuning.longestBackOff { pause *= backOffGrowth }
        return min(pause, tuning.longestBackOff)
    }

    mutating func endPause(_ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        wellSince = nil
        pursue(now, held, &decision)
        if let requested, requested > held { decision.happenings.append(.rearmed(target: requested)) }
    }
}
