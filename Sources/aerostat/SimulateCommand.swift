import ArgumentParser
import ControlAPI
import Foundation
import Simulation

/// Runs policies against simulated guests in virtual time.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "See how policies share a host's memory, on simulated guests in virtual time.",
        discussion: """
            The source is a scenario (see --list) or a trace in a file: a recording of your own, or a published one; \
            docs/Simulation.md says how to make one. In the table, "lost" is the time that guests lost compared with \
            having all their memory, and "host at equal pain" is the smallest budget at which a policy hurts no more than \
            a static split does at the budget given.
            """)

    @Argument(help: ArgumentHelp("A scenario's name, or the file of a trace (.csv, .csv.xz).", valueName: "source"))
    var source: String?

    @Flag(help: "List the scenarios and the policies.")
    var list = false

    @Option(
        help: "A policy to run (see --list); may be given more than once (default: all).", transform: Self.policy)
    var policy: [PolicyName] = []

    @Option(
        help: ArgumentHelp(
            "What the host lends to all guests: 24G, or a share of their memory such as 60% (default: the scenario's).",
            valueName: "size"))
    var budget: String?

    @Option(help: "Seed of the random generator: the same seed gives the same result.")
    var seed: UInt64 = 1

    @Option(help: "How many guests to simulate; a trace with fewer is repeated, from one with more some are chosen.")
    var guests: Int?

    @Option(
        help: ArgumentHelp(
            "How many hours of a trace to run (default: all, or a day of the longest traces).", valueName: "hours"))
    var hours: Double?

    @Flag(inversion: .prefixedNo, help: "Add bursts that last for seconds, which traces are too coarse to show.")
    var bursts = true

    @Flag(
        inversion: .prefixedNo,
        help: "Search for the host memory needed at equal pain: some ten more runs of each policy.")
    var density = true

    @Flag(help: "Print JSON instead of text; sizes are bytes.")
    var json = false

    @Option(
        help: ArgumentHelp("Also draw what guests wanted and could see, as SVG, into this file.", valueName: "file"))
    var svg: String?

    func validate() throws {
        guard list != (source != nil) else { throw ValidationError("name a scenario or a trace, or write --list") }
        if let guests, !(1...10_000).contains(guests) { throw ValidationError("--guests \(guests): write 1 to 10000") }
        if let hours, !(hours > 0 && hours <= 10_000) {
            throw ValidationError("--hours \(hours): write a number above 0, up to 10000")
        }
    }

    func run() async throws {
        guard let source else {
            if json { return try Output.json(SimulationListing()) }
            return Output.line(SimulationListing().text)
        }
        let scenario = try SimulationSource(seed: seed, guests: guests, hours: hours, hasBursts: bursts).scenario(
            source)
        let pages = try budgetPages(scenario)
        let policies = policy.isEmpty ? PolicyName.allCases : policy
        let comparison = Comparison(scenario, budget: pages, policies: policies, density: density) { policy in
            if Output.isErrorTerminal { Output.error("\r\u{1b}[K\(policy.rawValue)") }
        }
        if Output.isErrorTerminal { Output.error("\r\u{1b}[K") }
        if let svg {
            let picture = Plot.svg(scenario, budget: pages, policies: policies)
            // In place: root could else replace a device by a file.
            try Output.write(picture, toFile: svg)
        }
        if json { return try Output.json(SimulationReport(comparison, seed: seed)) }
        Output.line(SimulationText.text(comparison))
    }

    private static func policy(_ text: String) throws -> PolicyName {
        guard let policy = PolicyName(rawValue: text) else {
            let names = PolicyName.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--policy \(text): write one of \(names)")
        }
        return policy
    }

    private func budgetPages(_ scenario: Scenario) throws -> Int {
        guard let budget else { return scenario.budget }
        let most = UInt64(scenario.most) * 4096
        let size: SizeOrShare
        do { size = try SizeOrShare(parsing: budget) } catch { throw CommandFailure("--budget \(error)") }
        let pages = Int(clamping: size.size(of: ByteSize(most)).bytes / 4096)
        guard pages >= scenario.least else {
            throw CommandFailure(
                "--budget \(budget): \(scenario.guests.count) guests need \(SimulationText.size(scenario.least)) at least, "
                    + "each its minimum")
        }
        guard pages <= scenario.most else {
            throw CommandFailure(
                "--budget \(budget): more than the \(SimulationText.size(scenario.most)) that all guests have together")
        }
        return pages
    }
}
