/// A virtual machine of the lab.
public struct MachineConfiguration: Sendable {
    public var kernel: KernelSeries
    public var megabytes = 1024
    public var cpus = 1
    public var machineType = "q35"
    public var memory = MemoryBackend.memfd
    public var balloon = BalloonChoice.none
    /// Adds empty PCI ports `port0`, `port1`, ... for ``Machine/plug(_:port:)``.
    public var hotplugPorts = 0
    /// Whether the guest zeroes pages as it hands them out; `nil` leaves it at the kernel's default (it does).
    public var initOnAlloc: Bool?
    public var initOnFree: Bool?
    /// Whether the guest has the read-only test disk as /dev/vda.
    public var hasDisk = true
    /// `false` leaves the balloon's driver out until ``Machine/loadBalloonDriver()``.
    public var loadsBalloonDriver = true
    /// More words for the kernel's command line.
    public var kernelArguments: [String] = []
    /// More options for QEMU.
    public var extraOptions: [String] = []
    /// A path at which QEMU listens for a second QMP client.
    public var qmpSocket: String?

    public init(kernel: KernelSeries = .bookworm) { self.kernel = kernel }

    func commandLine(_ lab: LabEnvironment, console: String) -> [String] {
        var words = [
            lab.qemu, "-accel", lab.accelerator, "-cpu", "max", "-smp", String(cpus), "-m", "\(megabytes)M",
            "-machine", "\(machineType),memory-backend=mem", "-object", memory.option(megabytes: megabytes),
            "-display", "none", "-nodefaults", "-no-user-config",
            "-chardev", "file,id=console,path=\(console)", "-serial", "chardev:console",
            "-chardev", "socket,id=agent,fd=3", "-serial", "chardev:agent",
            "-chardev", "socket,id=qmp,fd=4", "-qmp", "chardev:qmp",
            "-kernel", lab.kernel(kernel), "-initrd", lab.initramfs(kernel),
            "-append", kernelCommandLine,
        ]
        if hasDisk {
            words += ["-drive", "if=none,id=disk,file=\(lab.disk),format=raw,readonly=on"]
            words += ["-device", "virtio-blk-pci,drive=disk"]
        }
        for port in 0..<hotplugPorts {
            words += ["-device", "pcie-root-port,id=port\(port),chassis=\(port + 1),slot=\(port + 1)"]
        }
        if let qmpSocket { words += ["-qmp", "unix:\(qmpSocket),server=on,wait=off"] }
        return words + balloon.options(device: lab.vhostUserDevice) + extraOptions
    }

    private var kernelCommandLine: String {
        var words = ["console=ttyS0", "panic=-1", "quiet"]
        if let initOnAlloc { words.append("init_on_alloc=\(initOnAlloc ? 1 : 0)") }
        if let initOnFree { words.append("init_on_free=\(initOnFree ? 1 : 0)") }
        if !loadsBalloonDriver { words.append("noballoon") }
        return (words + kernelArguments).joined(separator: " ")
    }
}
