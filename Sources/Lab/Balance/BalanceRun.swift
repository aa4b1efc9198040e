import Foundation

/// Guests that idle, cache files and burst by turns, on less memory than they have together, under one policy.
public struct BalanceRun: Sendable {
    public var script: BalanceScript
    public var kernel: KernelSeries

    public init(_ script: BalanceScript = BalanceScript(), kernel: KernelSeries = .bookworm) {
        self.script = script
        self.kernel = kernel
    }

    /// - Parameter progress: told of each round.
    public func run(
        _ policy: BalancePolicy, in lab: LabEnvironment, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> BalanceOutcome {
        progress("the guests boot")
        return try await BalanceRig.with(policy, script, kernel: kernel, in: lab) { rig in
            try await rig.settle()
            let watch = VisibleWatch()
            var outcome = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await rig.steer() }
                group.addTask { try await watch.run(rig) }
                var outcome = BalanceOutcome(policy: policy)
                for (round, roles) in script.roles.enumerated() {
                    progress("round \(round + 1) of \(script.rounds)")
                    try await play(round, roles, rig, &outcome)
                }
                group.cancelAll()
                return outcome
            }
            (outcome.movedBytes, outcome.mostVisibleBytes) = watch.result
            outcome.reactionSeconds = try await rig.reactions()
            return outcome
        }
    }

    private enum Result: Sendable {
        case nothing
        case burst(BalanceOutcome.Burst)
        case reading(BalanceOutcome.Reading)
    }

    private func play(
        _ round: Int, _ roles: [BalanceScript.Role], _ rig: BalanceRig, _ outcome: inout BalanceOutcome
    ) async throws {
        let end = ContinuousClock().now + .seconds(script.roundSeconds)
        let results = try await withThrowingTaskGroup(of: Result.self) { group in
            for (guest, role) in roles.enumerated() {
                let machine = rig.machines[guest]
                group.addTask {
                    switch role {
                    case .idle: .nothing
                    case .caching: .reading(try await read(guest, round, machine, until: end))
                    case .bursting: .burst(try await burst(guest, round, machine))
                    }
                }
            }
            var results: [Result] = []
            for try await result in group { results.append(result) }
            return results
        }
        // The rounds are the experiment's clock.
        try await Task.sleep(until: end, clock: .continuous)
        for machine in rig.machines { try await machine.release() }
        for result in results {
            switch result {
            case .nothing: break
            case .burst(let burst): outcome.bursts.append(burst)
            case .reading(let reading): outcome.readings.append(reading)
            }
        }
    }

    private func burst(_ guest: Int, _ round: Int, _ machine: Machine) async throws -> BalanceOutcome.Burst {
        try await Task.sleep(for: .seconds(script.burstStarts[round]))  // when the burst begins is part of the script
        let eaten = try await machine.eat(megabytes: script.burstMegabytes, holdSeconds: script.holdSeconds)
        let seconds = eaten.isAlive ? Double(eaten.had - eaten.started) / 1e9 : script.roundSeconds
        return .init(
            guest: guest, round: round, isAlive: eaten.isAlive, badPages: eaten.badPages, seconds: seconds)
    }

    /// Reads until the round is over; the rate is that of the time since the file was first read.
    private func read(
        _ guest: Int, _ round: Int, _ machine: Machine, until end: ContinuousClock.Instant
    ) async throws -> BalanceOutcome.Reading {
        try await machine.startReader(megabytes: script.fileMegabytes)
        try await Task.sleep(until: end, clock: .continuous)  // the length of a round is part of the script
        let series = try await machine.readSeries()
        let first = series.samples.first { $0.reads > 0 }?.time ?? 0
        let last = series.samples.last?.time ?? 0
        return .init(
            guest: guest, round: round, badReads: series.badReads,
            readsPerSecond: series.rate(from: first, to: last) ?? 0)
    }
}
