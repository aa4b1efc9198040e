internal import Balloon

/// How a balloon grows: in steps that the guest's statistics allow.
enum InflationFigures {
    /// While a balloon grows, statistics are asked for this often.
    static let pace = TimeSpan.milliseconds(250)
    /// A balloon into which nothing came for so long is not chased any further: Linux, where it has nothing more to give, tries
    /// five times a second. A guest at 0.2 MiB/s sends a message of 1 MiB every 5 s.
    static let patience = TimeSpan.seconds(6)
    /// A guest whose messages come more slowly is waited for as long as so many of its usual gaps, up to a bound.
    static let gapsOfPatience: UInt64 = 4
    static let longestPatience = TimeSpan.seconds(30)
    /// Of each new gap a quarter counts in what is usual: some messages of memory, so that one late message is no habit.
    static let gapDivisor: UInt64 = 4
    /// Any page is progress where the guest's statistics would show that it runs short. Where it has none, a whole message of
    /// Linux' is: what trickles in by a few pages is what a guest at its end scrapes together.
    static let leastPiece: Pages = 1
    static let leastPieceUnseen: Pages = 256
    /// Less than this is not worth a step.
    static let leastStep = Pages.mebibytes(4)
    /// A guest with pages of 64 KiB cannot meet a target more closely than this.
    static let slop: Pages = 15
    /// Where a guest does not tell what it has available, its balloon grows by at most a 16th of the way, or of the guest, at a
    /// time, or by so many pages: a wrong step then costs little. It is looked at in between, or where it tells nothing at all,
    /// waited for as long as ``pace``: for pages that it takes back, or a stop. All of the way takes some 5 s.
    static let cautiousDivisor: Int64 = 16
    static let leastCautiousStep = Pages.mebibytes(32)

    /// A step where it is not known what the guest has available.
    ///
    /// - Parameter size: the way, or the guest.
    static func cautiousStep(of size: Pages) -> Pages { max(leastCautiousStep, size / cautiousDivisor) }
}
