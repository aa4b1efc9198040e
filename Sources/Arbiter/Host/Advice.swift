internal import Balloon

/// What was advised a moment ago, in watch mode: the same is not advised on each event.
struct Advice: Sendable, Codable {
    private var pages: Pages = 0
    private var at = Instant(nanoseconds: 0)

    mutating func add(_ pages: Pages, _ now: Instant) {
        self.pages += pages
        at = now
    }

    /// What is taken to be followed still.
    mutating func standing(_ now: Instant) -> Pages {
        if now >= at + MoveFigures.adviceLasts { pages = 0 }
        return pages
    }
}
