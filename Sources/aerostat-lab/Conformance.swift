import ArgumentParser
import Lab

/// The conformance kit before our device and QEMU's.
struct Conformance: MeasuringCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say where balloons depart from VIRTIO: ours by socket and from a virtual machine, and QEMU's own.",
        discussion: "The exit code speaks of our device alone.")

    @Flag(help: "Leave QEMU's own device out.") var oursOnly = false
    @OptionGroup var output: ReportOptions

    static var measuresTime: Bool { false }

    func measure(_ findings: inout Findings<ConformanceResult>) async throws {
        let console = findings.console
        let kit = ConformanceRun(in: try findings.lab)
        console.progress("Aerostat, by socket")
        var results = [try await kit.probe()]
        results.append(try await kit.ours { console.progress("Aerostat, in a VM: check \($0)") })
        let own = results
        if !oursOnly { results.append(try await kit.qemu { console.progress("QEMU's device: check \($0)") }) }
        findings.add(results)
        findings.add([
            Figure("conformance.socket.departures", Double(own[0].departures.count), .atMost, 0),
            Figure("conformance.vm.departures", Double(own[1].departures.count), .atMost, 0),
            Figure("conformance.checks", Double(own.map { $0.titles.count }.reduce(0, +)), .atLeast, 150),
        ])
        show(results, console)
        for result in own {
            if let fault = result.fault { findings.add(faults: ["\(result.device): \(fault)"]) }
            if !result.departures.isEmpty {
                findings.add(faults: ["\(result.device): \(result.departures.count) departures"])
            }
        }
        for result in results.dropFirst(own.count) {
            if let fault = result.fault { console.note("\(result.device): \(fault)") }
        }
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
        console.print(table)
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
