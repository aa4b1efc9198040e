public import Foundation

/// What `Lab/setup.sh` has laid under `.cache/lab`, and where the project's own programs are.
public struct LabEnvironment: Sendable {
    /// The clone's folder.
    public var root: URL
    /// `.cache/lab` in it.
    public var folder: URL

    /// Finds the lab of the clone that `start` lies in (the current folder by default) and checks that it is whole.
    public static func find(from start: String? = nil) throws(LabError) -> LabEnvironment {
        var folder = URL(fileURLWithPath: start ?? FileManager.default.currentDirectoryPath).standardizedFileURL
        while !FileManager.default.fileExists(atPath: folder.appending(path: "Lab/setup.sh").path) {
            guard folder.path != "/" else {
                throw LabError(.missing, "no Lab/setup.sh in this folder or above: run this inside a clone")
            }
            folder.deleteLastPathComponent()
        }
        let environment = LabEnvironment(root: folder, folder: folder.appending(path: ".cache/lab"))
        for path in environment.needed where !FileManager.default.fileExists(atPath: path) {
            throw LabError(.missing, "the lab is not set up (\(path) is missing): run `make lab`")
        }
        return environment
    }

    public var qemu: String { folder.appending(path: "bin/qemu-system-x86_64").path }
    /// A disk on which every word tells its place; 320 MiB.
    public var disk: String { folder.appending(path: "disk.raw").path }

    public func kernel(_ series: KernelSeries) -> String {
        folder.appending(path: "kernel-\(series.rawValue)/vmlinuz").path
    }

    /// A kernel's name for people: `Linux 6.12`.
    public func name(of series: KernelSeries) -> String {
        guard series == .newest else { return "Linux \(series.rawValue)" }
        let version = try? String(contentsOf: folder.appending(path: "kernel-newest/version"), encoding: .utf8)
        let numbers = version?.split(separator: ".").prefix(2).joined(separator: ".")
        return "Linux \(numbers ?? "of the newest kind")"
    }

    public func initramfs(_ series: KernelSeries) -> String {
        folder.appending(path: "kernel-\(series.rawValue)/initramfs").path
    }

    /// QEMU's name for the generic vhost-user device on PCI.
    public var vhostUserDevice: String {
        let name = try? String(contentsOf: folder.appending(path: "vhost-user-device"), encoding: .utf8)
        return name?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "vhost-user-test-device-pci"
    }

    /// The `aerostat` program: `$AEROSTAT`, else beside the running program, else the newest build in the clone.
    public func aerostat() throws(LabError) -> String {
        if let path = ProcessInfo.processInfo.environment["AEROSTAT"] {
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw LabError(.missing, "AEROSTAT names \(path), which is not an executable")
            }
            return path
        }
        var candidates = ["release", "debug"].map { root.appending(path: ".build/\($0)/aerostat").path }
        if let own = Bundle.main.executableURL {
            candidates.insert(own.deletingLastPathComponent().appending(path: "aerostat").path, at: 0)
        }
        for path in candidates where FileManager.default.isExecutableFile(atPath: path) { return path }
        throw LabError(.missing, "the aerostat program is not built: run `make build`")
    }

    /// Emulation by default, since it works everywhere and measures the same everywhere.
    public var accelerator: String { ProcessInfo.processInfo.environment["AEROSTAT_ACCEL"] ?? "tcg" }

    /// Makes a folder with a short path, for sockets and logs.
    func temporaryFolder() throws -> URL {
        var template = Array("\(NSTemporaryDirectory())/aerostat-XXXXXX".utf8CString)
        guard let path = template.withUnsafeMutableBufferPointer({ $0.baseAddress.flatMap { mkdtemp($0) } }) else {
            throw LabError(.system, "cannot create a folder in \(NSTemporaryDirectory()): \(systemError())")
        }
        return URL(fileURLWithPath: String(cString: path))
    }

    private var needed: [String] {
        [qemu, disk] + KernelSeries.allCases.flatMap { [kernel($0), initramfs($0)] }
    }
}

/// The text of `errno`.
func systemError() -> String { String(cString: strerror(errno)) }
