import Lab

/// What `bench` measured, a line for each guest, ours beside QEMU's.
struct BenchTable {
    private let rows: [InflateBench.Outcome]
    /// Each guest once, in the order of the measurements.
    let guests: [InflateBench.Subject]

    init(_ rows: [InflateBench.Outcome]) {
        self.rows = rows
        var seen = Set<InflateBench.Subject>()
        guests = rows.map { Self.guest(of: $0.subject) }.filter { seen.insert($0).inserted }
    }

    /// The same guest, whoever is measured.
    private static func guest(of subject: InflateBench.Subject) -> InflateBench.Subject {
        var guest = subject
        guest.contender = .none
        return guest
    }

    static func title(_ subject: InflateBench.Subject) -> String {
        "\(subject.kernel.name), \(subject.situation.rawValue), init_on_alloc=\(subject.initOnAlloc == false ? 0 : 1)"
    }

    var contenders: [Contender] {
        var seen = Set<Contender>()
        return rows.map(\.subject.contender).filter { seen.insert($0).inserted }
    }

    func outcomes(_ guest: InflateBench.Subject, _ contender: Contender) -> [InflateBench.Outcome] {
        rows.filter { $0.subject.contender == contender && Self.guest(of: $0.subject) == guest }
    }

    var mostSeconds: Double { rows.map(\.seconds).max() ?? 0 }

    // MARK: - Text

    var text: Table {
        var table = Table("guest", "device", "median s", "of QEMU's", "spread", "CPU s/GiB", "of QEMU's", "returned")
        for guest in guests {
            for contender in contenders {
                let outcomes = outcomes(guest, contender)
                let seconds = outcomes.map(\.seconds)
                guard let middle = median(seconds), let least = seconds.min(), let most = seconds.max() else {
                    continue
                }
                let busy = median(outcomes.map(\.processorSecondsPerGiB)) ?? 0
                let share = median(outcomes.map { Double($0.freedBytes) / Double($0.balloonBytes) }) ?? 0
                table.add(
                    Self.title(guest), contender.name, decimal(middle, 3), ratio(guest, contender, \.seconds),
                    "\(decimal(least, 3))-\(decimal(most, 3))", decimal(busy, 3),
                    ratio(guest, contender, \.processorSecondsPerGiB), "\(decimal(share * 100, 0)) %")
            }
        }
        return table
    }

    private func ratio(
        _ guest: InflateBench.Subject, _ contender: Contender, _ value: (InflateBench.Outcome) -> Double
    ) -> String {
        guard contender.device != .qemu, let ratio = ofQEMU(guest, contender, value) else { return "" }
        return decimal(ratio, 3)
    }

    // MARK: - Figures

    /// The median of a value as a share of the median of QEMU's own device in the same guest.
    private func ofQEMU(
        _ guest: InflateBench.Subject, _ contender: Contender, _ value: (InflateBench.Outcome) -> Double
    ) -> Double? {
        guard let own = median(outcomes(guest, contender).map(value)),
            let other = median(outcomes(guest, Contender(.qemu)).map(value)), other > 0
        else { return nil }
        return own / other
    }

    var figures: [Figure] {
        guests.flatMap { guest in
            contenders.filter { $0.device != .qemu }.flatMap { figures(guest, $0) }
        }
    }

    private func figures(_ guest: InflateBench.Subject, _ contender: Contender) -> [Figure] {
        guard let time = ofQEMU(guest, contender, \.seconds),
            let busy = ofQEMU(guest, contender, \.processorSecondsPerGiB)
        else { return [] }
        let zeroes = guest.initOnAlloc == false ? "init_on_alloc=0" : "default"
        let name = "inflate.\(guest.kernel.rawValue).\(guest.situation.rawValue).\(zeroes).\(contender.device.rawValue)"
        switch (guest.situation, guest.initOnAlloc) {
        case (.touched, nil): return [Figure("\(name).time-of-qemu", time, .atMost, 0.8)]
        case (.touched, _):
            return [
                Figure("\(name).time-of-qemu", time, .atMost, 0.25), Figure("\(name).cpu-of-qemu", busy, .atMost, 0.5),
            ]
        case (.fragmented, .some): return [Figure("\(name).time-of-qemu", time, .atMost, 0.5)]
        default: return []
        }
    }
}
