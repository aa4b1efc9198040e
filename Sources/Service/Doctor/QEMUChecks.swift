internal import Foundation

/// Is there a QEMU that takes a vhost-user balloon?
struct QEMUChecks {
    private static let device = "vhost-user-test-device-pci"
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
                check, "\(path): version \(version) has no vhost-user device for the balloon",
                help: "install QEMU \(QEMUVersion.needed) or newer")
        }
        guard let devices = ChildProcess.output(of: path, ["-device", "help"]) else {
            return .fail(check, "\(path): does not list its devices", help: "try \(path) -device help")
        }
        guard devices.contains("\"\(device)\"") else {
            return .fail(
                check, "\(path): version \(version) was built without \(device)",
                help: "take a QEMU that was built with vhost-user, such as Debian's")
        }
        return .ok(check, "\(path): version \(version) has \(device)")
    }
}
