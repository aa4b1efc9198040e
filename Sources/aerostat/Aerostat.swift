import ArgumentParser

/// The command `aerostat`.
struct Aerostat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aerostat",
        abstract: "The memory balloon of virtual machines, as a process of its own.",
        discussion: """
            Start the daemon with "aerostat serve", attach QEMU with the options that "aerostat qemu-args NAME" prints, and \
            steer the guests with the other commands. Sizes are written as 512M or 1.5G (binary units), or as a share of \
            the guest's memory such as 33%.
            """,
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, QEMUArgumentsCommand.self, StatusCommand.self, SetCommand.self, StatsCommand.self,
            EventsCommand.self, ReclaimCommand.self, HintCommand.self, BudgetCommand.self, ModeCommand.self,
            PlanCommand.self, ExplainCommand.self, AddCommand.self, RemoveCommand.self, DoctorCommand.self,
            ProbeCommand.self, LoadCommand.self, SimulateCommand.self,
        ])
}
