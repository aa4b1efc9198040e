/// The figures by which a guest is judged. Each has a reason; none is an option today.
public struct Tuning: Sendable, Equatable, Codable {
    /// Pages of 4 KiB in a mebibyte.
    static let mebibyte: UInt64 = 256
    static let millisecond: UInt64 = 1_000_000

    /// The least that an alarm gives back in one step, in pages: what a guest takes about half a second for. Steps of
    /// 64 MiB left a guest on its knees: the out-of-memory deflations end as soon as one program has its memory, and no
    /// further alarm comes. With 256 MiB the next step waited for statistics while the page cache was thrown out.
    public var leastAlarmStep = 1024 * Tuning.mebibyte
    /// While an alarm lasts, the guest is looked at this often (ns): a bulk deflation moves 50 to 100 MiB meanwhile.
    public var alarmPace: UInt64 { 100 * Tuning.millisecond }
    /// An alarm is not over before the guest has been well for this long (ns).
    public var calmBeforeEnd: UInt64 { 500 * Tuning.millisecond }
    /// A guest that says it has less than this available is not well, in pages; or a tenth of its memory, if more.
    public var leastAvailable: UInt64 { 64 * Tuning.mebibyte }
    /// At most this, however large the guest: a program takes some 163 MiB a second.
    public var mostAvailable: UInt64 { 512 * Tuning.mebibyte }
    /// More major faults a second than this, with no free memory, is a working set that does not fit.
    public var faultRate: Double { 200.0 }
    /// More pages a second than this that leave the page cache: 16 MiB. A working set is thrown out at 100 to 250 MiB/s.
    public var cacheLossRate: Double { 16.0 * Double(Tuning.mebibyte) }
    /// More pages than this are not read for one major fault: 4 MiB, a page of 2 MiB and as much ahead. 490 were seen.
    public var mostPagesPerFault: Double { 4.0 * Double(Tuning.mebibyte) }
    /// More pages a second than this swapped in, with no free memory: 4 MiB, about what one disk's random reads bring.
    public var swapInRate: Double { 4.0 * Double(Tuning.mebibyte) }
    /// More allocations a second than this that wait for reclaim, with no free memory: every tenth of a second somebody
    /// stands still.
    public var stallRate: Double { 10.0 }
    /// More pages a second than this that tasks scan, or reclaim, themselves, with no free memory: 16 and 4 MiB. A guest
    /// whose background reclaim keeps up has none at all; a few belong to any sudden allocation.
    public var directScanRate: Double { 16.0 * Double(Tuning.mebibyte) }
    public var directReclaimRate: Double { 4.0 * Double(Tuning.mebibyte) }
    /// A guest that seems to be on its knees is asked again after this long (ns). One set can be a program that starts;
    /// but a page cache of 280 MiB is gone in a second.
    public var secondLook: UInt64 { 100 * Tuning.millisecond }
    /// Left to the guest when its balloon grows, in pages; or a 32nd of its memory, if more.
    public var reserve: UInt64 { 32 * Tuning.mebibyte }
    /// While a balloon grows, statistics are asked for this often (ns).
    public var inflatePace: UInt64 { 250 * Tuning.millisecond }
    /// An inflation that gains less than `stallProgress` pages in `stallTime` (ns) is not chased any further. Linux
    /// says "Out of puff" five times a second meanwhile.
    public var stallTime: UInt64 { 2000 * Tuning.millisecond }
    public var stallProgress: UInt64 { 4 * Tuning.mebibyte }
    /// How long a balloon is left alone after trouble (ns): first, and at most; ten times longer on each repeat.
    public var firstBackOff: UInt64 { 10_000 * Tuning.millisecond }
    public var longestBackOff: UInt64 { 1_000_000 * Tuning.millisecond }
    /// Trouble this long (ns) after the last one counts as the first.
    public var forgiveAfter: UInt64 { 300_000 * Tuning.millisecond }
    /// A guest with pages of 64 KiB cannot meet a target more closely than this, in pages.
    public var slop: UInt64 { 15 }

    public init() {}
}
