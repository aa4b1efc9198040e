import Foundation

/// An architecture that the bare-metal guest is built for.
public enum Architecture: String, Sendable, CaseIterable, Codable {
    case x86 = "x86_64"
    case riscv = "riscv64"
    case arm = "aarch64"
}

/// A machine whose only kernel is ours: the bare-metal guest of `Guest/`.
public struct BareMachineConfiguration: Sendable {
    /// Where the balloon is plugged in.
    public enum Bus: Sendable {
        /// virtio-mmio: QEMU's microvm, or virt.
        case mmio
        /// virtio-pci: q35, x86_64 only.
        case pci
    }

    /// An image of `Guest/`.
    public enum Image: Sendable {
        /// The guest that takes commands.
        case guest
        /// The conformance tester.
        case tester
    }

    public var architecture: Architecture
    public var bus = Bus.mmio
    public var megabytes = 1024
    public var balloon = BalloonChoice.none
    /// Takes memory from a memfd, as vhost-user needs it.
    public var sharesMemory = false
    /// Whether the machine survives a reset; otherwise QEMU ends then.
    public var reboots = false
    /// What runs in it.
    public var image = Image.guest
    /// More options for QEMU, before the balloon's.
    public var extraOptions: [String] = []
    /// Starts with the processor stopped; `cont` lets it go.
    public var isPaused = false

    public init(_ architecture: Architecture) { self.architecture = architecture }

    func commandLine(_ lab: LabEnvironment) -> [String] {
        var machine: String
        var words = [lab.qemu(architecture), "-accel", architecture == .x86 ? lab.accelerator : "tcg"]
        switch (architecture, bus) {
        case (.x86, .mmio): machine = "microvm"
        case (.x86, .pci): machine = "q35"
        case (.riscv, _): machine = "virt"
        case (.arm, _): machine = "virt,gic-version=2"
        }
        switch architecture {
        case .x86: words += ["-cpu", "max", "-device", "isa-debug-exit,iobase=0x501,iosize=4"]
        case .riscv: words += ["-bios", "none"]
        case .arm: words += ["-cpu", "max", "-semihosting"]
        }
        if sharesMemory {
            machine += ",memory-backend=mem"
            words += ["-object", MemoryBackend.memfd.option(megabytes: megabytes)]
        }
        words += [
            "-machine", machine, "-m", "\(megabytes)M", "-nodefaults", "-no-user-config", "-display", "none",
            "-chardev", "socket,id=agent,fd=3", "-serial", "chardev:agent",
            "-chardev", "socket,id=qmp,fd=4", "-mon", "chardev=qmp,mode=control", "-kernel",
            lab.image(architecture, image),
        ]
        if bus == .mmio { words += ["-global", "virtio-mmio.force-legacy=false"] }
        if !reboots { words.append("-no-reboot") }
        if isPaused { words.append("-S") }
        return words + extraOptions + balloonOptions(lab)
    }

    private func balloonOptions(_ lab: LabEnvironment) -> [String] {
        switch bus {
        case .pci: balloon.options(device: lab.vhostUserDevice)
        case .mmio:
            // The same devices without the PCI function around them.
            balloon.options(device: lab.vhostUserDevice.replacing("-pci", with: ""))
                .map { $0.replacing("virtio-balloon-pci", with: "virtio-balloon-device") }
        }
    }
}

extension LabEnvironment {
    /// QEMU for an architecture.
    public func qemu(_ architecture: Architecture) -> String {
        folder.appending(path: "bin/qemu-system-\(architecture.rawValue)").path
    }

    /// A bare-metal image, as `make guest` leaves it.
    public func image(_ architecture: Architecture, _ image: BareMachineConfiguration.Image = .guest) -> String {
        let suffix = image == .tester ? "-tester" : ""
        return root.appending(path: ".cache/guest/\(architecture.rawValue)\(suffix)").path
    }

    /// What of a bare-metal flight is missing, or `nil` if all is there.
    public func missing(for architecture: Architecture) -> String? {
        for image in [image(architecture), image(architecture, .tester)]
        where !FileManager.default.isExecutableFile(atPath: image) {
            return "\(image) is not built: run `make guest`"
        }
        if !FileManager.default.isExecutableFile(atPath: qemu(architecture)) {
            return "QEMU for \(architecture.rawValue) is not there: run `Lab/setup.sh --all-targets`"
        }
        return nil
    }
}
