extension Trace {
    /// The share of used memory that is files read again and again, where the trace does not say.
    private static let filesShare = 0.3

    /// Guests that use what the trace says.
    ///
    /// Copies of a guest start at different places of its recording, which goes round.
    public func scenario(_ options: TraceOptions = TraceOptions()) -> Scenario {
        var random = SeededRandom(seed: options.seed)
        let length = min(options.seconds ?? usualSeconds, seconds)
        let count = options.guests ?? usualGuests
        var order = Array(guests.indices)
        order.shuffle(using: &random)
        var setups: [GuestSetup] = []
        for index in 0..<count {
            let round = index / order.count
            let guest = guests[order[index % order.count]]
            // What fits once is taken as it was.
            let shift = round == 0 && guests.count > 1 ? 0 : VirtualTime.ticks(seconds: random.number(0...seconds))
            let bursts = options.bursts?.bursts(pages: guest.max, seconds: length, &random) ?? []
            setups.append(setup(guest, copy: round, shift: shift, length: length, bursts))
        }
        let most = setups.reduce(0) { $0 + $1.max }
        return Scenario(name: name, guests: setups, budget: most / 2, seconds: length)
    }

    private func setup(_ guest: Guest, copy: Int, shift: Int, length: Double, _ bursts: [Burst]) -> GuestSetup {
        let period = VirtualTime.ticks(seconds: seconds)
        let end = VirtualTime.ticks(seconds: length)
        let used = guest.used.rotated(by: shift, period: period, until: end)
        var setup = GuestSetup(name: copy == 0 ? guest.name : "\(guest.name)-\(copy + 1)", max: guest.max)
        let kernel = setup.kernel
        let files = guest.files?.rotated(by: shift, period: period, until: end)
        setup.demand = Demand(
            programs: files.map { used.minus($0).minus(kernel) } ?? used.minus(kernel).scaled(1 - Self.filesShare),
            // Half of a cache is read again, the other half is old.
            files: files?.scaled(0.5) ?? used.minus(kernel).scaled(Self.filesShare), bursts: bursts)
        return setup
    }
}
