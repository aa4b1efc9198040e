import Balloon

/// A model of an animal's memory: who uses it, which pages may go into the balloon, and which are there. Pages of 4 KiB.
struct AnimalMemory {
    /// How an animal's memory is to be used, MiB.
    struct Plan: Sendable {
        /// What the VMM shares.
        var shared = 1024
        /// How much of that the guest has.
        var has = 1024
        var programs = 200
        var cache = 200
        /// Given up at once when asked, but not counted as available (ZFS' ARC).
        var hidden = 0
    }

    /// What the guest has.
    private(set) var has: Int
    /// Nobody may have these: kernel and programs.
    var programs: Int
    var cache: Int
    var hidden: Int
    /// Blocks that hinting has set aside; any allocation may take them back.
    var hinted = 0
    /// First frames of guest pages that may go into the balloon, the next one last.
    private var pool: [UInt32]
    /// First frames of guest pages that are in it, in the order in which they came.
    private(set) var balloon: [UInt32] = []
    /// Frames in one guest page.
    let page: Int
    /// What an animal with less than this gives no more: the kernel's watermark.
    static let watermark = 4 << 8

    init(_ plan: Plan, page: Int) {
        has = plan.has << 8
        // The kernel's own tables are not in its total.
        programs = plan.programs << 8
        cache = plan.cache << 8
        hidden = plan.hidden << 8
        self.page = page
        pool = []
        add(Int(Self.first)..<has)
    }

    /// The first frame that may go into the balloon: below lie rings and what is never given.
    static let first: UInt32 = 2048

    /// Pages of memory that lie below the hole: 1 GiB.
    static let low = 1 << 18

    /// Takes in pages by their place in memory, which has a hole.
    private mutating func add(_ pages: Range<Int>) {
        let frames = stride(from: pages.lowerBound, to: pages.upperBound, by: page).map { index in
            UInt32(index < Self.low ? index : index - Self.low + 1 << 20)
        }
        pool = frames + pool
    }

    /// Memory is online that was not.
    mutating func plug(upTo pages: Int) {
        add(has..<pages)
        has = pages
    }

    /// Pages in the balloon.
    var held: Int { balloon.count * page }
    var free: Int { has - programs - cache - hidden - hinted - held }
    /// As the guest's kernel counts it.
    var available: Int { max(0, free + cache) }
    /// What really can be had.
    var left: Int { free + cache + hidden + hinted }
    /// What the kernel manages: some of the memory is never its own.
    var total: Int { has - has / 32 }

    /// Makes so many pages free, as far as caches go.
    ///
    /// - Returns: whether they are.
    mutating func makeFree(_ pages: Int) -> Bool {
        for part in [\Self.hinted, \.cache, \.hidden] {
            let lacking = pages - free
            guard lacking > 0 else { return true }
            self[keyPath: part] -= min(lacking, self[keyPath: part])
        }
        return free >= pages
    }

    /// Takes guest pages for the balloon: at most so many frames.
    mutating func inflate(_ frames: Int) -> ArraySlice<UInt32> {
        let before = balloon.count
        while (balloon.count - before) * page < frames, makeFree(page + Self.watermark), let next = pool.popLast() {
            balloon.append(next)
        }
        // A cache that is not counted shrinks as soon as memory is wanted, so that as much is free as before.
        let lacking = (balloon.count - before) * page
        hidden -= min(hidden, lacking)
        return balloon[before...]
    }

    /// Takes guest pages out of the balloon.
    mutating func deflate(_ frames: Int, isOldestFirst: Bool) -> [UInt32] {
        let count = min(balloon.count, (frames + page - 1) / page)
        let out: [UInt32]
        if isOldestFirst {
            out = Array(balloon.prefix(count))
            balloon.removeFirst(count)
        } else {
            out = balloon.suffix(count).reversed()
            balloon.removeLast(count)
        }
        pool.append(contentsOf: out)
        return out
    }

    /// Moves one page of the balloon to another place.
    mutating func migrate() -> (new: UInt32, old: UInt32)? {
        guard !balloon.isEmpty, let new = pool.popLast() else { return nil }
        let old = balloon[0]
        balloon[0] = new
        pool.insert(old, at: 0)
        return (new, old)
    }

    /// A reset: the balloon is gone, and so are programs and caches.
    mutating func reset(_ plan: Plan) {
        pool.append(contentsOf: balloon)
        balloon = []
        programs = plan.programs << 8
        cache = plan.cache << 8
        hidden = plan.hidden << 8
        hinted = 0
    }
}
