import ArgumentParser
import Foundation
import Lab

/// The conformance kit before our device and QEMU's.
struct Conformance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say where balloons depart from VIRTIO: ours by socket and from a virtual machine, and QEMU's own.",
        discussion: "The exit code speaks of our device alone.")

    @Flag(help: "Leave QEMU's own device out.") var oursOnly = false
    @Flag(help: "Print the report as JSON instead of a table.") var json = false

    func run() async throws {
        Children.shared.endOnSignals()
        let lab = try LabEnvironment.find()
        _ = try lab.aerostat()
        let console = Console()
        let kit = ConformanceRun(in: lab)
        console.progress("Aerostat, by socket")
        var results = [try await kit.probe()]
        results.append(try await kit.ours { console.progress("Aerostat, in a VM: check \($0)") })
        let own = results
        if !oursOnly { results.append(try await kit.qemu { console.progress("QEMU's device: check \($0)") }) }
        var figures = [
            Figure("conformance.socket.departures", Double(own[0].departures.count), .atMost, 0),
            Figure("conformance.vm.departures", Double(own[1].departures.count), .atMost, 0),
        ]
        figures.append(Figure("conformance.checks", Double(own.map { $0.titles.count }.reduce(0, +)), .atLeast, 150))
        let report = FigureReport(command: "conformance", figures: figures, rows: results)
        try report.write(in: lab)
        if json {
            console.print(String(decoding: try report.json(), as: UTF8.self))
        } else {
            show(results, console)
            for figure in figures { console.print(figure.line) }
        }
        for result in results {
            guard let fault = result.fault else { continue }
            FileHandle.standardError.write(Data("\(result.device): \(fault)\n".utf8))
        }
        if own.contains(where: { $0.fault != nil || !$0.departures.isEmpty }) { throw ExitCode.failure }
    }

    private func show(_ results: [ConformanceResult], _ console: Console) {
        for result in results {
            console.print(
                "\(result.device): \(result.count(.passed)) kept, \(result.count(.departed)) departures, "
                    + "\(result.count(.skipped)) skipped")
        }
        var titles: [String] = []
        for title in results.flatMap(\.departures) where !titles.contains(title) { titles.append(title) }
        guard !titles.isEmpty else { return }
        console.print()
        var table = Table(["departure"] + results.map(\.device))
        for title in titles {
            table.add([title] + results.map { word($0.outcomes[title]) })
        }
        for line in table.lines { console.print(line) }
        console.print()
        for result in results {
            for title in result.departures {
                console.print("\(result.device): \(title)\n    \(result.outcomes[title]?.reason ?? "")")
            }
        }
        console.print()
    }

    private func word(_ outcome: ConformanceOutcome?) -> String {
        switch outcome?.kind {
        case .passed: "kept"
        case .departed: "departs"
        case .skipped: "skipped"
        case nil: "-"
        }
    }
}
