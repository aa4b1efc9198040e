internal import Foundation

/// Do the guests that run on this host share their memory?
enum RunningGuestChecks {
    static func findings() -> [Finding] {
        let processes = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int($0) }
        return processes.sorted().flatMap { process -> [Finding] in
            guard let arguments = arguments(of: process), let program = arguments.first,
                QEMUChecks.isQEMU(String(program.split(separator: "/").last ?? ""))
            else { return [] }
            var findings: [Finding] = []
            if !sharesMemory(arguments) {
                findings.append(
                    .warn(
                        "running guest",
                        "process \(process) (\(program)) does not share its memory: it cannot have this balloon",
                        help: "start it with the options that aerostat qemu-args NAME prints"))
            }
            if hasTwoBalloons(arguments) {
                findings.append(
                    .warn(
                        "running guest",
                        "process \(process) (\(program)) has QEMU's own balloon beside vfio-user: QEMU lets that one free nothing",
                        help: "start it without virtio-balloon, or attach Aerostat by vhost-user"))
            }
            return findings
        }
    }

    /// QEMU inhibits its own discarding as soon as it has a vfio-user device.
    static func hasTwoBalloons(_ arguments: [String]) -> Bool {
        arguments.contains { $0.contains("vfio-user-pci") } && arguments.contains { $0.contains("virtio-balloon") }
    }

    private static func arguments(of process: Int) -> [String]? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/cmdline"), !data.isEmpty else {
            return nil
        }
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Do these arguments give the guest a memory that another process can map?
    static func sharesMemory(_ arguments: [String]) -> Bool {
        arguments.contains { argument in
            let plain = argument.filter { !$0.isWhitespace && $0 != "\"" }.replacing(":", with: "=")
            guard plain.contains("memory-backend-") else { return false }
            if plain.contains("share=off") || plain.contains("share=false") { return false }
            // A memfd is shared unless it is told otherwise.
            return plain.contains("share=on") || plain.contains("share=true") || plain.contains("memory-backend-memfd")
        }
    }
}
