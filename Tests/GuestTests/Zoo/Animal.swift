import Balloon

/// A kind of guest, as a device sees it: what its driver does (drivers.md), what it says of itself, and what it has.
///
/// Sizes are pages of 4 KiB where nothing else is said.
struct Animal: Sendable {
    var name: String
    /// What its driver accepts of what is offered; `nil`: no driver ever starts.
    var features: BalloonFeatures? = .linux
    var driver = Driver()
    var speech = Speech()
    var memory = AnimalMemory.Plan()
    /// What it does when a program wants memory and none is left.
    var want = Want.deflates
    /// Guests of 2018 to 2020 give balloon pages back whenever anything is reclaimed.
    var givesBackOnReclaim = false
    var script = Happening.usual
    /// How many plain guests of its host do the same at the same time.
    var companions = 0

    /// How its driver works.
    struct Driver: Sendable {
        /// Pages of one message.
        var batch = 256
        /// Messages that are sent before the first one is waited for.
        var inFlight = 1
        var isOldestFirst = false
        /// Entries of 8 bytes.
        var isWide = false
        /// Pages are used again before the device is told.
        var freesFirst = false
        /// Pages that are given back at a time, however few are asked for; what was too much is given again.
        var chunk = 1
        /// Pages of 4 KiB in one of the guest's.
        var page = 1
        var actual = Actual.perMessage
        /// Bytes a second; `nil`: as fast as it can.
        var speed: Double?

        enum Actual: Sendable { case perMessage, never, wrong }
    }

    /// What it says of itself.
    struct Speech: Sendable {
        var tags = Set(StatisticsTag.allCases)
        /// The total is less by what is in the balloon.
        var shrinksTotal = false
        var lie = Lie.none
        /// What lies in the first buffer, before anything was asked.
        var firstBuffer: [UInt8]?
        /// Requests are answered.
        var isAnswering = true

        enum Lie: Sendable { case none, low, high, flapping, rubbish }
    }

    enum Want: Sendable { case deflates, kills, panics }

    /// What it says of its memory is so.
    var isHonest: Bool { speech.lie == .none || speech.lie == .rubbish }
    /// It says how much it can spare, by one statistic or another.
    var tells: Bool {
        guard features?.contains(.statistics) == true, speech.isAnswering else { return false }
        return speech.tags.contains(.availableMemory) || speech.tags.contains(.freeMemory)
    }
}

extension BalloonFeatures {
    /// What a recent Linux accepts.
    static let linux: BalloonFeatures = [
        .mustTellHost, .statistics, .deflateOnOOM, .freePageHint, .pageReporting,
    ]
}

/// Something that happens to an animal. Sizes are MiB.
enum Happening: Sendable {
    /// Its VMM connects, and its driver starts.
    case start
    /// An operator says what it shall see.
    case ask(sees: Int)
    /// An operator says what its balloon shall hold, in pages.
    case inflate(pages: Int)
    /// It is left alone until its balloon is as asked.
    case reach
    /// It is left alone until nothing moves any more.
    case rest
    /// Left alone for so many milliseconds, whatever it does.
    case pass(milliseconds: Int)
    /// Programs want so much more, so much a second, and get it.
    case burst(Int, perSecond: Int)
    /// It takes pages back unasked, though it has enough.
    case cry(pages: Int)
    /// Under a budget: a plain guest beside it wants so much more, and is to get it.
    case neighbour(burst: Int)
    /// Programs have ended.
    case calm
    /// The kernel moves pages of the balloon while it grows.
    case compaction
    /// It stands still for so many milliseconds, with its companions or alone.
    case silence(milliseconds: Int, together: Bool)
    case hint
    /// Memory that was there for the VMM only is there for the guest now.
    case online
    /// S3: the driver gives everything back and is reset; and what follows that.
    case suspend, resume
    /// The virtual machine is paused, and goes on.
    case pause, goOn
    case reset
    /// The driver is unloaded, in the order in which it does it; the balloon then holds nothing.
    case unload
    case disconnect

    static let usual: [Happening] = [
        .start, .ask(sees: 640), .reach, .neighbour(burst: 300), .burst(300, perSecond: 400), .calm, .ask(sees: 960),
        .rest, .suspend, .resume,
        .rest, .pause, .goOn, .unload, .disconnect,
    ]
    /// For a guest that does not tell when it runs out of memory.
    static let quiet: [Happening] = [
        .start, .ask(sees: 640), .reach, .ask(sees: 800), .reach, .ask(sees: 700), .reach, .suspend, .resume, .rest,
        .unload,
        .disconnect,
    ]
}
