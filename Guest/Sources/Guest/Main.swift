internal import Balloon
internal import BalloonDriver
internal import Board
internal import Virtio

/// The bare-metal guest: it finds its memory and its balloon, says that it is ready, and takes commands by serial line.
@main
struct Guest {
    static func main() {
        var machine = Machine()
        machine.setUp()
        var console = Console()
        guard let run = machine.memory() else {
            console.line("# no memory was found")
            machine.exit(code: 2)
        }
        guard var kernel = Kernel(machine: machine, memory: run) else {
            console.line("# too little memory")
            machine.exit(code: 2)
        }
        kernel.start(&console)
        let code = kernel.run(&console)
        machine.exit(code: code)
    }
}
