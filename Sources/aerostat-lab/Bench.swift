import ArgumentParser
import Foundation
import Lab

/// How fast memory comes back, and what an idle daemon costs.
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure inflating 512 MiB of touched memory, ours against QEMU's own device.",
        discussion: "Seen from outside: from the request until the host's memory file has shrunk. Turns alternate.")

    @Option(help: "Guest kernel: 6.1 or 6.12.") var kernel = KernelSeries.bookworm
    @Option(help: "Measurements of each contender in each case.") var runs = 3
    @Flag(help: "Leave our own device out.") var qemuOnly = false
    @Flag(help: "Print the report as JSON instead of tables.") var json = false

    func run() async throws {
        Children.shared.endOnSignals()
        let lab = try LabEnvironment.find()
        if !qemuOnly { _ = try lab.aerostat() }
        let console = Console()
        console.noteLoad()
        let contenders = (qemuOnly ? [.qemu] : [.qemu, .aerostat] as [Contender.Device]).map { Contender($0) }
        var rows: [InflateBench.Outcome] = []
        for initOnAlloc in [nil, false] as [Bool?] {
            for turn in 1...max(1, runs) {
                for contender in contenders {
                    console.progress("inflate, \(title(initOnAlloc)), run \(turn) of \(runs): \(contender.name)")
                    rows += try await InflateBench().run(
                        contender, kernel: kernel, initOnAlloc: initOnAlloc, runs: 1, in: lab)
                }
            }
        }
        var figures = [figure(rows, nil, 0.8), figure(rows, false, 0.4)].compactMap(\.self)
        if !qemuOnly {
            console.progress("idle daemon")
            let wakeups = try await IdleDaemon().run(kernel: kernel, in: lab)
            figures.append(Figure("idle.wake-ups-in-5s", Double(wakeups), .atMost, 0))
        }
        let report = FigureReport(command: "bench", figures: figures, rows: rows)
        try report.write(in: lab)
        if json {
            console.print(String(decoding: try report.json(), as: UTF8.self))
            return
        }
        show(rows, contenders, console)
        for figure in figures { console.print(figure.line) }
    }

    private func show(_ rows: [InflateBench.Outcome], _ contenders: [Contender], _ console: Console) {
        var table = Table("Linux \(kernel.rawValue), inflate 512 MiB", "median s", "runs")
        for initOnAlloc in [nil, false] as [Bool?] {
            for contender in contenders {
                let seconds = seconds(rows, contender, initOnAlloc)
                table.add(
                    "\(contender.name), \(title(initOnAlloc))", String(format: "%.3f", median(seconds) ?? 0),
                    seconds.map { String(format: "%.3f", $0) }.joined(separator: " "))
            }
        }
        for line in table.lines { console.print(line) }
        console.print()
    }

    private func figure(_ rows: [InflateBench.Outcome], _ initOnAlloc: Bool?, _ bound: Double) -> Figure? {
        guard let own = median(seconds(rows, Contender(.aerostat), initOnAlloc)),
            let other = median(seconds(rows, Contender(.qemu), initOnAlloc)), other > 0
        else { return nil }
        let name = "inflate.\(kernel.rawValue).\(initOnAlloc == nil ? "default" : "init_on_alloc=0").time-of-qemu"
        return Figure(name, own / other, .atMost, bound)
    }

    private func seconds(_ rows: [InflateBench.Outcome], _ contender: Contender, _ initOnAlloc: Bool?) -> [Double] {
        rows.filter { $0.contender == contender && $0.initOnAlloc == initOnAlloc }.map(\.seconds)
    }

    private func title(_ initOnAlloc: Bool?) -> String { initOnAlloc == nil ? "guest's defaults" : "init_on_alloc=0" }
}
