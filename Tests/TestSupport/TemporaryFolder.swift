internal import Glibc

/// A folder of its own for one test, removed with all that is in it.
public final class TemporaryFolder {
    public let path: String

    public init() throws {
        var template = Array("/tmp/aerostat-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } }
        guard let made else { throw Failure(code: errno) }
        path = String(cString: made)
    }

    public struct Failure: Error { public let code: Int32 }

    /// The path of a file in it.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    deinit { remove() }

    /// Removes the folder now. The files in it go too; folders in it do not.
    public func remove() {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                _ = unlink(file(name))
            }
            closedir(folder)
        }
        rmdir(path)
    }
}
