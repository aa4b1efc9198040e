internal import Glibc

/// Small files in which the kernel says things.
public enum HostFile {
    /// The text without the blanks around it, or `nil` if the file cannot be read. At most 64 KiB.
    public static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while bytes.count < 64 << 10 {
            let count = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer -> Int in
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count > 0 { bytes.append(contentsOf: buffer.prefix(count)) }
                return count
            }
            if count == 0 { break }
            guard count > 0 || errno == EINTR else { return nil }
        }
        let isBlank = { (byte: UInt8) in byte == 32 || (9...13).contains(byte) }
        let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? 0
        return String(decoding: bytes[..<end].drop(while: isBlank), as: UTF8.self)
    }

    public static func number(_ path: String) -> UInt64? {
        text(path).flatMap { UInt64($0) }
    }
}
