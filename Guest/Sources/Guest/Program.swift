internal import Balloon
internal import Virtio

/// The memory of a program: pages in a list of their own, each full of a word that depends on its place, so that a
/// page which was lost, doubled or discarded is found.
struct Program {
    private var first: UInt32 = 0
    private(set) var count = 0

    private static func words(_ page: UInt32) -> UnsafeMutablePointer<UInt64>? {
        UnsafeMutablePointer(bitPattern: UInt(page) << UInt(PageFrame.shift))
    }

    private static func pattern(_ page: UInt32) -> UInt64 { UInt64(page) &* 0x9e37_79b9_7f4a_7c15 | 1 }

    /// Takes a page over and writes all of it.
    mutating func push(_ page: UInt32) {
        guard let words = Self.words(page) else { return }
        words.update(repeating: Self.pattern(page), count: 512)
        words[0] = UInt64(first)
        first = page
        count += 1
    }

    /// Lets the newest page go, looked through.
    mutating func pop() -> (page: UInt32, isGood: Bool)? {
        guard count > 0, let words = Self.words(first) else { return nil }
        let page = first
        let isGood = Self.isGood(page)
        first = UInt32(truncatingIfNeeded: words[0])
        count -= 1
        return (page, isGood)
    }

    /// Looks through all pages.
    ///
    /// - Returns: how many are not as they were written.
    func verify() -> Int {
        var bad = 0
        var page = first
        for _ in 0..<count {
            guard let words = Self.words(page) else { break }
            if !Self.isGood(page) { bad += 1 }
            page = UInt32(truncatingIfNeeded: words[0])
        }
        return bad
    }

    private static func isGood(_ page: UInt32) -> Bool {
        guard let words = words(page) else { return false }
        let pattern = pattern(page)
        for index in 1..<512 where words[index] != pattern { return false }
        return true
    }
}
