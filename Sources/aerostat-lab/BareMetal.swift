import ArgumentParser
import Foundation
import Lab

/// The driver on bare metal, on three architectures.
struct BareMetal: MeasuringCommand {
    static let configuration = CommandConfiguration(
        commandName: "bare-metal",
        abstract: "Fly the bare-metal guest against QEMU's own balloon and ours.",
        discussion: "The exit code speaks of correctness alone: a lost page, a wrong answer, a machine that hangs.")

    @Option(help: "Run only this architecture: x86_64, riscv64 or aarch64; may be given more than once (default: all).")
    var architecture: [Architecture] = []
    @Option(help: "How often to take measurements that are compared, by turns.") var runs = 3
    @Flag(help: "Leave our own device out.") var qemuOnly = false
    @Flag(help: "Leave the comparison with Linux out.") var noLinux = false
    @OptionGroup var output: ReportOptions

    /// One line of the report.
    struct Row: Codable, Sendable {
        var flight: BareMetalFlight?
        var linux: LinuxForComparison?
        var bootSeconds: Double?
    }

    var runsAerostat: Bool { !qemuOnly }

    func measure(_ findings: inout Findings<Row>) async throws {
        let (lab, console) = (try findings.lab, findings.console)
        let architectures = architecture.isEmpty ? Architecture.allCases : architecture
        for architecture in architectures {
            if let missing = lab.missing(for: architecture) { throw ValidationError(missing) }
        }
        for architecture in architectures {
            findings.add(try await flights(architecture, in: lab, console).map { Row(flight: $0) })
        }
        if architectures.contains(.x86) { findings.add(try await comparison(in: lab, console)) }
        show(findings.rows, console)
        findings.add(sizes(architectures, in: lab) + figures(findings.rows))
        findings.add(faults: findings.rows.compactMap(\.flight).flatMap(\.faults))
    }

    private func flights(
        _ architecture: Architecture, in lab: LabEnvironment, _ console: Console
    ) async throws -> [BareMetalFlight] {
        var flights: [BareMetalFlight] = []
        console.progress("\(architecture.rawValue): QEMU's device")
        flights.append(try await .ownDevice(architecture, in: lab))
        if architecture == .x86 {
            console.progress("\(architecture.rawValue): QEMU's device on PCI")
            flights.append(try await .ownDevice(architecture, bus: .pci, in: lab))
        }
        console.progress("\(architecture.rawValue): QEMU's device, packed")
        flights.append(try await .ownDevice(architecture, packed: true, in: lab))
        console.progress("\(architecture.rawValue): without deflate-on-oom")
        flights.append(try await .withoutBit(architecture, in: lab))
        console.progress("\(architecture.rawValue): free page reporting")
        flights.append(try await .reporting(architecture, in: lab))
        console.progress("\(architecture.rawValue): free page hinting")
        flights.append(try await .hinting(architecture, in: lab))
        console.progress("\(architecture.rawValue): sleep")
        flights.append(try await .sleep(architecture, in: lab))
        console.progress("\(architecture.rawValue): resets")
        flights.append(try await .reset(architecture, in: lab))
        console.progress("\(architecture.rawValue): faults")
        flights.append(try await .faults(architecture, in: lab))
        if !qemuOnly {
            console.progress("\(architecture.rawValue): Aerostat's device")
            flights.append(try await .aerostat(architecture, in: lab))
            flights.append(try await .aerostat(architecture, packed: true, in: lab))
        }
        return flights
    }

    /// Boot and inflation against Linux, in turns.
    private func comparison(in lab: LabEnvironment, _ console: Console) async throws -> [Row] {
        var rows: [Row] = []
        for turn in 1...max(1, runs) {
            console.progress("boot and inflation, turn \(turn) of \(runs)")
            rows.append(Row(bootSeconds: try await BareMetalFlight.boot(.x86, in: lab)))
            for reporting in [false, true] {
                rows.append(Row(flight: try await .inflation(.x86, reporting: reporting, in: lab)))
                guard !noLinux else { continue }
                for initOnAlloc in [true, false] {
                    rows.append(
                        Row(
                            linux: try await LinuxForComparison.run(
                                kernel: .bookworm, initOnAlloc: initOnAlloc, reporting: reporting, in: lab)))
                }
            }
        }
        return rows
    }

    private func show(_ rows: [Row], _ console: Console) {
        var table = Table("flight", "machine", "what", "value")
        for flight in rows.compactMap(\.flight) {
            if flight.numbers.isEmpty {
                table.add(flight.name, flight.architecture.rawValue, flight.faults.isEmpty ? "well" : "wrong", "-")
            }
            for (name, value) in flight.numbers.sorted(by: { $0.key < $1.key }) {
                table.add(flight.name, flight.architecture.rawValue, name, decimal(value, 3))
            }
        }
        for linux in rows.compactMap(\.linux) {
            let reporting = linux.reporting ? ", reporting" : ""
            let name = "\(linux.kernel.name), init_on_alloc=\(linux.initOnAlloc ? 1 : 0)\(reporting)"
            table.add(name, "x86_64", "inflate-pages-per-second", decimal(linux.inflatePagesPerSecond, 0))
            table.add(name, "x86_64", "boot-seconds", decimal(linux.bootSeconds, 3))
        }
        console.print(table)
        console.print()
    }

    // MARK: - Figures

    private func sizes(_ architectures: [Architecture], in lab: LabEnvironment) -> [Figure] {
        architectures.compactMap { architecture in
            let attributes = try? FileManager.default.attributesOfItem(atPath: lab.image(architecture))
            guard let size = attributes?[.size] as? Int else { return nil }
            return Figure("bare-metal.\(architecture.rawValue).image-bytes", Double(size), .atMost, 65536)
        }
    }

    private func figures(_ rows: [Row]) -> [Figure] {
        var figures: [Figure] = []
        let flights = rows.compactMap(\.flight)
        for flight in flights {
            guard flight.name == "QEMU's device", let through = flight.numbers["oom-take-seconds"],
                let free = flight.numbers["free-take-seconds"], free > 0
            else { continue }
            let name = "bare-metal.\(flight.architecture.rawValue)"
            figures.append(Figure("\(name).oom-cost-of-free", through / free, .atMost, 2))
            figures.append(Figure("\(name).idle-percent", flight.numbers["idle-percent"] ?? 100, .atMost, 2))
        }
        for reporting in [false, true] { figures += inflation(rows, reporting: reporting) }
        if let boot = median(rows.compactMap(\.bootSeconds)),
            let linux = median(rows.compactMap(\.linux?.bootSeconds)), linux > 0
        {
            figures.append(Figure("bare-metal.x86_64.boot-of-linux", boot / linux, .atMost, 0.05))
        }
        return figures
    }

    /// Our inflate rate as a multiple of Linux's, on the same device.
    private func inflation(_ rows: [Row], reporting: Bool) -> [Figure] {
        let flights = rows.compactMap(\.flight).filter { $0.name == (reporting ? "inflation, reporting" : "inflation") }
        guard let own = median(flights.compactMap { $0.numbers["inflate-pages-per-second"] }) else { return [] }
        return [true, false].compactMap { initOnAlloc in
            let linux = rows.compactMap(\.linux).filter {
                $0.initOnAlloc == initOnAlloc && $0.reporting == reporting
            }
            guard let other = median(linux.map(\.inflatePagesPerSecond)), other > 0 else { return nil }
            let name = "inflate-of-linux-6.1.init-on-alloc-\(initOnAlloc ? 1 : 0)"
            return Figure("bare-metal.x86_64.\(name)\(reporting ? ".reporting" : "")", own / other, .atLeast, 3)
        }
    }
}
