internal import Balloon

/// How a balloon grows: in steps that the guest's statistics allow.
enum InflationFigures {
    /// While a balloon grows, statistics are asked for this often.
    static let pace = TimeSpan.milliseconds(250)
    /// An inflation that gains less than `stallProgress` in `stallTime` is not chased any further. Linux says "Out of puff" five
    /// times a second meanwhile.
    static let stallTime = TimeSpan.milliseconds(2000)
    static let stallProgress = Pages.mebibytes(4)
    /// A guest with pages of 64 KiB cannot meet a target more closely than this.
    static let slop: Pages = 15
}
