import ArgumentParser
import Foundation
import Lab

/// One guest to play with.
struct Boot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Boot one guest and take commands for it from standard input.",
        discussion: "Try `meminfo`, `eat 100`, `sh dmesg`, `unload virtio_balloon`, `poweroff`. Ends with the input.")

    @Option(help: "Guest kernel: 6.1, 6.12 or newest.") var kernel = KernelSeries.bookworm
    @Option(help: "Guest memory in MiB.") var memory = 1024
    @Option(help: "Number of virtual processors.") var cpus = 2
    @Option(help: "Plug in the vhost-user balloon behind this socket.") var socket: String?
    @Option(help: "Plug in the vfio-user balloon behind this socket.") var vfioUser: String?
    @Flag(help: "Plug in QEMU's own balloon.") var qemuBalloon = false
    @Option(help: "More arguments for QEMU, split at spaces.") var options = ""

    func run() async throws {
        Children.shared.endOnSignals()
        let lab = try LabEnvironment.find()
        let console = Console()
        var configuration = MachineConfiguration(kernel: kernel)
        configuration.megabytes = memory
        configuration.cpus = cpus
        configuration.qmpSocket = "\(NSTemporaryDirectory())/aerostat-lab-\(getpid()).qmp"
        configuration.extraOptions = options.split(separator: " ").map(String.init)
        if let socket {
            configuration.balloon = .vhostUser(socket: socket)
        } else if let vfioUser {
            configuration.balloon = .vfioUser(socket: vfioUser)
        } else if qemuBalloon {
            configuration.balloon = .qemu()
        }
        let qmp = configuration.qmpSocket ?? ""
        defer { unlink(qmp) }
        try await Machine.with(configuration, in: lab) { machine in
            console.print("guest is up; QEMU is process \(machine.pid), QMP at \(qmp)")
            console.print("its kernel's messages are in \(machine.console.path)")
            while machine.isRunning, let line = readLine() {
                guard !line.isEmpty else { continue }
                do {
                    let fields = try await machine.run(line, within: .seconds(300))
                    for (key, value) in fields.values.sorted(by: { $0.key < $1.key }) {
                        console.print("\(key): \(value.removingPercentEncoding ?? value)")
                    }
                } catch {
                    console.print("\(error)")
                }
            }
        }
    }
}
