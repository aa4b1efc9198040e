/// Takes down how a run went, at even intervals, for a plot.
struct Recorder: Sendable {
    /// Memory in pages, summed over all guests.
    struct Sample: Sendable {
        var tick: Int
        var demand: Int
        var visible: Int
        var guests: Int
        /// Seconds lost so far.
        var suffered: Double
        var kills: Int
    }

    let interval: Int
    private(set) var samples: [Sample] = []
    private(set) var nextTick = 0

    /// - Parameter count: samples over all of the run.
    init(ticks: Int, count: Int) {
        interval = max(1, ticks / max(1, count))
        samples.reserveCapacity(count + 2)
    }

    mutating func record(_ tick: Int, _ guests: [SimulatedGuest], _ view: HostView) {
        guard tick >= nextTick else { return }
        nextTick = tick + interval
        var sample = Sample(tick: tick, demand: 0, visible: view.visible, guests: guests.count, suffered: 0, kills: 0)
        for guest in guests {
            sample.demand += guest.demand
            sample.suffered += guest.suffered
            sample.kills += guest.kills
        }
        samples.append(sample)
    }
}
