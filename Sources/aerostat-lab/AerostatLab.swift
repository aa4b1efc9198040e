public import ArgumentParser
public import Lab

/// The lab's command line: real QEMU, real Linux.
@main
struct AerostatLab: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aerostat-lab",
        abstract: "Experiments and measurements with real guests; `make lab` sets up what they need.",
        subcommands: [
            Demo.self,
            Knees.self,
            Bench.self,
            BenchDevice.self,
            Boot.self,
            BareMetal.self,
            BenchArbiter.self,
            BenchReaction.self,
            Conformance.self,
            Simulate.self,
            Balance.self,
            BenchMany.self,
        ])
}

extension KernelSeries: ExpressibleByArgument {}
extension Architecture: ExpressibleByArgument {}
extension InflateCase: ExpressibleByArgument {}
extension BalancePolicy: ExpressibleByArgument {}
