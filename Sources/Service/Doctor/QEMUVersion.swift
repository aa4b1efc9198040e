/// A version of QEMU, as `qemu-system-x86_64 -version` says it.
struct QEMUVersion: Comparable, CustomStringConvertible {
    let major: Int
    let minor: Int

    /// The first that has a vhost-user device for any VIRTIO device id.
    static let needed = QEMUVersion(major: 10, minor: 1)

    init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `QEMU emulator version 11.1.3 (Debian ...)`.
    init?(parsing text: String) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let index = words.firstIndex(of: "version"), index + 1 < words.count else { return nil }
        let numbers = words[index + 1].split(separator: ".").prefix(2).compactMap { Int($0.prefix { $0.isNumber }) }
        guard numbers.count == 2 else { return nil }
        self.init(major: numbers[0], minor: numbers[1])
    }

    static func < (one: QEMUVersion, other: QEMUVersion) -> Bool {
        (one.major, one.minor) < (other.major, other.minor)
    }

    var description: String { "\(major).\(minor)" }
}
