import ControlAPI
import Service

/// What is looked at after each step.
extension Visit {
    private static let mebibyte: UInt64 = 1 << 20
    /// What any guest is left (MiB), less a message that was on its way.
    private static let leastLeft = 30

    mutating func look() async throws {
        guard keeper.trouble == nil else { return }
        let events = house.events.history(after: seen).filter { $0.guest == Self.name }
        seen = house.events.history(after: seen).last?.sequence ?? seen
        // Its facts are asked for after the events: what is told was there before.
        let facts = try? await keeper.tell { try $0.takeFacts() }
        if let facts {
            mostHeld = max(mostHeld, facts.mostHeld)
            lookAtMemory(facts)
            for event in events { look(at: event, facts) }
        }
        let status = try await house.status(Self.name)
        lookAtPages(status)
        look(at: status, facts)
    }

    /// The guest's own view: nobody died, nothing was lost, and nothing was taken that it needs.
    private mutating func lookAtMemory(_ facts: AnimalFacts) {
        if facts.kills > 0 { complain("\(facts.kills) programs were killed") }
        if facts.lost > 0 { complain("\(facts.lost) pages lost their contents") }
        if facts.misread > 0 { complain("`actual` was not what the driver had written") }
        if animal.tells, animal.isHonest, let left = facts.leastLeft, left < Self.leastLeft << 8 {
            complain("\(left >> 8) MiB were left to it")
        }
    }

    private mutating func lookAtPages(_ status: GuestStatus) {
        if status.counters.badPages > 0 { complain("\(status.counters.badPages) bad pages") }
        if status.counters.badChains > 0 { complain("\(status.counters.badChains) bad requests") }
        if status.held.bytes > UInt64(animal.memory.has) * Self.mebibyte { complain("more is held than it has") }
    }

    /// What the daemon shows at rest.
    private mutating func look(at status: GuestStatus, _ facts: AnimalFacts?) {
        if status.link != .driverReady {
            if status.state != .idle { complain("no driver runs, and the state is \(Self.words(status))") }
        } else if status.reason == "no driver runs" {
            complain("it says that no driver runs, and one does")
        }
        if status.state == .settled, status.held.bytes + UInt64(animal.driver.page) << 12 <= status.target.bytes {
            complain("it is settled below its target: \(Self.words(status))")
        }
        if status.link == .waiting, !status.problems.isEmpty {
            complain("problems outlive the VMM: \(status.problems)")
        }
        for (name, value) in status.statistics.values where value > 1 << 62 {
            complain("statistics show \(name) \(value)")
        }
    }

    /// No driver runs, and it took its pages with it: nothing of it is left.
    mutating func lookAtNoDriver() async throws {
        let status = try await until("nothing of the driver is left") { $0.state == .idle && $0.held == 0 }
        guard let status else { return }
        if status.retrySeconds != nil { complain("a pause outlives its driver: \(Self.words(status))") }
        if status.reported != 0, animal.driver.actual == .perMessage { complain("`actual` outlives its driver") }
        if !status.statistics.values.isEmpty || status.statistics.ageSeconds != nil {
            complain("statistics outlive their driver")
        }
        if status.used != nil { complain("what the guest uses outlives its driver") }
    }

    // MARK: - Sentences

    private mutating func look(at event: Event, _ facts: AnimalFacts) {
        let said = "\(event.kind.rawValue): \(event.message)"
        let isShort = facts.leastClaimed.map { $0 < 64 << 8 } ?? false
        switch event.kind {
        case .alarm where facts.taken == 0 && !isShort: complain("without a cause: \(said)")
        case .alarm:
            if let told = event.numbers["unsolicited"], told > UInt64(facts.taken) << 12 {
                complain("took \(facts.taken << 12) bytes, told was: \(said)")
            }
        case .stalled:
            if facts.puffs == 0, !isShort { complain("without a cause: \(said)") }
            if let held = event.numbers["held"], let wanted = event.numbers["requested"], held >= wanted {
                complain("stalled at all that was wanted: \(said)")
            }
        case .statisticsLost:
            losses += 1
            if facts.longestSilence < 2_500_000_000 { complain("it answered all the time: \(said)") }
        case .statisticsBack:
            if losses == 0 { complain("it had not been silent: \(said)") }
            losses = max(0, losses - 1)
        case .targetReached:
            if let held = event.numbers["held"], !Self.contains(facts, held) {
                complain("held \(facts.leastHeld) to \(facts.mostHeld) pages: \(said)")
            }
        case .alarmOver:
            let most = UInt64(mostHeld - min(facts.leastHeld, mostHeld)) << 12
            if let given = event.numbers["given"], given > most { complain("given at most \(most): \(said)") }
        default: break
        }
        lookAtAvailable(said, facts)
    }

    /// A page that moves is there twice for a moment.
    private static func contains(_ facts: AnimalFacts, _ held: UInt64) -> Bool {
        UInt64(facts.leastHeld) << 12 <= held && held <= UInt64(facts.mostHeld + 16) << 12
    }

    /// "only 17 MiB available": that is what the guest has said.
    private mutating func lookAtAvailable(_ said: String, _ facts: AnimalFacts) {
        let words = said.split(separator: " ")
        for (index, word) in words.enumerated() where word.hasPrefix("available") && index >= 2 {
            guard words[index - 1].hasPrefix("MiB"), let told = Int(words[index - 2]) else { continue }
            if !facts.claimed.contains(told) { complain("it has said \(facts.claimed.sorted()) MiB: \(said)") }
        }
    }

    // MARK: - The end

    /// The VMM is gone: so is all that was about it.
    mutating func lookAtTheEnd() async throws {
        guard let status = try await until("the VMM is gone", { $0.link == .waiting }) else { return }
        if status.state != .idle || status.retrySeconds != nil {
            complain("a state outlives the VMM: \(Self.words(status))")
        }
        if !status.problems.isEmpty { complain("problems outlive the VMM: \(status.problems)") }
        if status.held != 0 || status.hostUses != nil { complain("a balloon outlives the VMM") }
        let metrics = Metrics.render(statuses: [status], events: [])
        for line in metrics.split(separator: "\n") where line.hasPrefix("aerostat_guest_statistics_") {
            if line.contains("interval") || line.contains("dropped_total") { continue }
            complain("a metric outlives the VMM: \(line)")
        }
        if let budget = await house.registry.budget(), budget.free < 0 {
            complain("nobody is there, and the budget is overdrawn by \(-budget.free)")
        }
    }
}
