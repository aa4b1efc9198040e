/// What a pressure file of the kernel says (PSI): percent of the last 10 s in which tasks waited for memory.
public struct MemoryPressure: Sendable, Equatable {
    /// At least one task waited.
    public var some: Double
    /// All tasks that had something to do waited.
    public var full: Double

    public static let hostFile = "/proc/pressure/memory"

    /// Reads `some avg10=0.00 ...` and `full avg10=0.00 ...`; `nil` if there is no such line. A kernel without PSI has no
    /// such file, or one that cannot be read.
    public init?(parsing text: String) {
        var averages: [Substring: Double] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let kind = words.first, let word = words.first(where: { $0.hasPrefix("avg10=") }),
                let percent = Double(word.dropFirst(6)), (0...100).contains(percent)
            else { continue }
            averages[kind] = percent
        }
        guard let some = averages["some"] else { return nil }
        self.some = some
        full = averages["full"] ?? 0
    }

    public static func read(_ path: String = hostFile) -> MemoryPressure? {
        HostFile.text(path).flatMap { MemoryPressure(parsing: $0) }
    }
}
