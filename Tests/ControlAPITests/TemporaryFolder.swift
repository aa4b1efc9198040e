import Foundation

/// A folder of a test's own, with a short path (a socket's path has little room). `remove` ends it.
struct TemporaryFolder {
    let path: String

    init() throws {
        path = "/tmp/aerostat-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
