internal import Foundation

/// Is there a QEMU that takes a balloon, and by which doors?
struct QEMUChecks {
    /// QEMU's devices: for `socket=`, and for `vfio-user=`.
    private static let devices = ["vhost-user-test-device-pci", "vfio-user-pci"]
    private static let check = "qemu"

    private let named: String?

    init(named: String?) {
        self.named = named
    }

    func findings() -> [Finding] {
        let paths = named.map { [$0] } ?? Self.installed()
        if paths.isEmpty {
            return [
                .fail(
                    Self.check, "no qemu-system-* is in PATH",
                    help: "install QEMU \(QEMUVersion.needed) or newer, or name one with --qemu")
            ]
        }
        let findings = paths.map(Self.finding)
        // One that serves is enough; the others are worth a look only.
        guard findings.contains(where: { $0.outcome == .ok }) else { return findings }
        return findings.map { finding in
            var finding = finding
            if finding.outcome == .fail { finding.outcome = .warn }
            return finding
        }
    }

    private static func installed() -> [String] {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        var seen: Set<String> = []
        var paths: [String] = []
        for folder in folders {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for name in names.sorted() where isQEMU(name) && seen.insert(name).inserted {
                paths.append(folder + "/" + name)
            }
        }
        return paths
    }

    /// Is this the name of a system emulator?
    static func isQEMU(_ name: String) -> Bool {
        name.hasPrefix("qemu-system-") || name == "qemu-kvm"
    }

    private static func finding(_ path: String) -> Finding {
        guard FileManager.default.isExecutableFile(atPath: path) else {
            return .fail(check, "\(path): no program is there", help: "name a qemu-system-* with --qemu")
        }
        guard let text = ChildProcess.output(of: path, ["-version"]), let version = QEMUVersion(parsing: text) else {
            return .fail(check, "\(path): does not say its version", help: "try \(path) -version")
        }
        guard version >= .needed else {
            return .fail(
                check, "\(path): version \(version) has no device for the balloon",
                help: "install QEMU \(QEMUVersion.needed) or newer")
        }
        guard let devices = ChildProcess.output(of: path, ["-device", "help"]) else {
            return .fail(check, "\(path): does not list its devices", help: "try \(path) -device help")
        }
        return finding(path, version, offered: Self.devices.filter { devices.contains("\"\($0)\"") })
    }

    /// - Parameter offered: those of the devices that this QEMU has.
    static func finding(_ path: String, _ version: QEMUVersion, offered: [String]) -> Finding {
        switch offered.count {
        case 0:
            .fail(
                check, "\(path): version \(version) was built without \(devices.joined(separator: " and "))",
                help: "take a QEMU that was built with vhost-user or vfio-user, such as Debian's")
        case devices.count: .ok(check, "\(path): version \(version) has \(offered.joined(separator: " and "))")
        default:
            .ok(check, "\(path): version \(version) has \(offered.joined()), one door of two; it is enough")
        }
    }
}
