/// The host's memory by `/proc/meminfo`, in bytes.
public struct MemoryInfo: Sendable, Equatable {
    public var total: UInt64?
    /// What programs could have without swapping.
    public var available: UInt64?

    public init(parsing text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[2] == "kB", let count = UInt64(words[1]), count <= .max >> 10 else {
                continue
            }
            switch words[0] {
            case "MemTotal:": total = count << 10
            case "MemAvailable:": available = count << 10
            default: continue
            }
        }
    }

    public static func read() -> MemoryInfo {
        MemoryInfo(parsing: HostFile.text("/proc/meminfo") ?? "")
    }
}
