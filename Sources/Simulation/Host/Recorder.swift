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

    /// Takes a sample if one is due.
    ///
    /// - Parameters:
    ///   - last: up to when each guest was computed; since then it goes on as it did.
    ///   - outcome: what the host did so far.
    mutating func record(
        _ tick: Int, _ guests: [SimulatedGuest], last: [Int], _ outcome: Outcome, _ view: HostView
    ) {
        guard tick >= nextTick else { return }
        nextTick = tick + interval
        var sample = Sample(
            tick: tick, demand: 0, visible: view.visible, guests: guests.count, suffered: outcome.suffered,
            kills: outcome.hostKills)
        for index in guests.indices {
            let guest = guests[index]
            sample.demand += guest.demand
            sample.suffered += guest.suffered + (1 - guest.speed) * VirtualTime.seconds(tick - last[index])
            sample.kills += guest.kills
        }
        samples.append(sample)
    }
}
