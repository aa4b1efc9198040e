import Foundation

/// The host's pool of huge pages of 2 MiB, enlarged while an experiment needs it.
public struct HugePagePool: Sendable {
    private static let folder = "/sys/kernel/mm/hugepages/hugepages-2048kB"
    /// Pages that the pool had before.
    private let before: UInt64

    /// Enlarges the pool until `pages` are free; `nil` where the host does not have them.
    public init?(pages: UInt64) {
        guard let total = Self.number("nr_hugepages"), let free = Self.number("free_hugepages") else { return nil }
        before = total
        guard free < pages else { return }
        Self.set(total + pages - free)
        guard let now = Self.number("free_hugepages"), now >= pages else {
            Self.set(total)
            return nil
        }
    }

    /// Makes the pool as large as it was.
    public func restore() { Self.set(before) }

    private static func number(_ name: String) -> UInt64? {
        guard let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) else { return nil }
        return UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static func set(_ pages: UInt64) {
        try? String(pages).write(toFile: "\(folder)/nr_hugepages", atomically: false, encoding: .utf8)
    }
}
