/// Where one guest is in its demand.
struct DemandCursor {
    private var programs = 0
    private var files = 0
    private(set) var nextBurst = 0
    /// When the burst began that goes on, and that has not got its memory yet.
    private var waitsSince: Int?
    private var isBursting = false
    /// The next moment at which anything changes.
    private(set) var nextChange = 0

    var isWaiting: Bool { waitsSince != nil }

    /// A burst that got its memory, or ended without: its time in terms of the time that it takes undisturbed.
    mutating func finishedBurst(_ guest: SimulatedGuest, _ demand: Demand, at tick: Int, _ rate: Double) -> Double? {
        guard let since = waitsSince else { return nil }
        let missing = guest.wanted - guest.programs - guest.swapped
        let burst = demand.bursts[nextBurst]
        let isOver = tick >= burst.start + burst.length
        if guest.dead > 0 {
            // Killed: that is counted elsewhere.
            waitsSince = nil
            return nil
        }
        guard missing <= 0 || isOver else { return nil }
        waitsSince = nil
        let ideal = (Double(burst.pages) / rate * Double(VirtualTime.perSecond)).rounded(.up) + 1
        let got = Double(burst.pages - max(0, missing)) / Double(burst.pages)
        return max(1, Double(tick - since) / ideal / max(0.01, got))
    }

    /// Sets what the guest wants from this moment on.
    mutating func apply(_ demand: Demand, to guest: inout SimulatedGuest, at tick: Int) {
        let wantedPrograms = demand.programs.value(at: tick, cursor: &programs)
        let wantedFiles = demand.files.value(at: tick, cursor: &files)
        guest.wantedPrograms = wantedPrograms.pages
        guest.wantedFiles = wantedFiles.pages
        nextChange = min(wantedPrograms.until, wantedFiles.until)
        if isBursting, tick >= demand.bursts[nextBurst].start + demand.bursts[nextBurst].length {
            guest.burstEnded()
            isBursting = false
            waitsSince = nil
            nextBurst += 1
        }
        guard nextBurst < demand.bursts.count else { return }
        let burst = demand.bursts[nextBurst]
        if !isBursting, tick >= burst.start {
            guest.wantedBurst = burst.pages
            isBursting = true
            waitsSince = tick
        }
        nextChange = min(nextChange, isBursting ? burst.start + burst.length : burst.start)
    }
}
