/// The feature bits of device id 5 (VIRTIO 1.4 §5.5.3).
public struct BalloonFeatures: OptionSet, Hashable, Sendable {
    /// The bits, as the device offers them.
    public let rawValue: UInt64
    /// Any bits, also those that nobody knows.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Pages must not be used again before the device has acknowledged their deflation.
    public static let mustTellHost = BalloonFeatures(rawValue: 1 << 0)
    /// A queue for statistics of the guest's memory.
    public static let statistics = BalloonFeatures(rawValue: 1 << 1)
    /// The guest may take pages back before it runs out of memory.
    public static let deflateOnOOM = BalloonFeatures(rawValue: 1 << 2)
    /// The guest can say which pages are free, with no promise that they stay so.
    public static let freePageHint = BalloonFeatures(rawValue: 1 << 3)
    /// The guest fills free pages with a value that it tells.
    public static let pagePoison = BalloonFeatures(rawValue: 1 << 4)
    /// The guest reports free pages and waits before it uses them again.
    public static let pageReporting = BalloonFeatures(rawValue: 1 << 5)

    /// Every bit that this device knows, with the name that QEMU's and our options use.
    public static let named: [(feature: BalloonFeatures, name: String)] = [
        (.mustTellHost, "must-tell-host"), (.statistics, "statistics"), (.deflateOnOOM, "deflate-on-oom"),
        (.freePageHint, "free-page-hint"), (.pagePoison, "page-poison"), (.pageReporting, "free-page-reporting"),
    ]
}
