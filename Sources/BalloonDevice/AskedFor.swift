internal import Balloon

/// Tells deflations that were asked for from those that were not.
///
/// A driver that has not read a raised target yet still acts on the old one, a page that is migrated comes in just before its
/// predecessor goes out, and a driver that gives back in large pieces (Windows: 512 pages, others: the guest's pages of 16 or
/// 64 KiB) goes beyond what it was asked for with its last one: none of these is an alarm.
struct AskedFor: Sendable {
    /// Page numbers of the largest guest page, of 64 KiB: what a driver sends when it migrates one.
    static let mostMigrating: UInt64 = 16
    /// A balloon rests above its target by less than a guest's page, and by one more while that is migrated. One that holds more
    /// is on its way down.
    private static let mostExcess = 2 * mostMigrating - 1

    /// The target that the driver is known to have read.
    private var read: UInt32 = 0
    /// Pages of the newest inflate message, if that can be the first half of a page's migration; else 0.
    private var migrating: UInt64 = 0
    /// The balloon holds more than was asked for, and has not come down to it since.
    private var isDescending = false
    /// The deflate message at hand is a piece on the way down, which ends below what was asked for if it is large.
    private var isPiece = false

    /// The driver has read the target.
    mutating func noteRead(_ target: UInt32) { read = target }

    /// Another target was set.
    mutating func noteSet(_ target: UInt32, held: UInt64) {
        if target < held { isDescending = true }
    }

    /// The driver has written `actual`: no migration is under way.
    mutating func noteReport() { migrating = 0 }

    /// A run of an inflate message came in.
    ///
    /// - Parameter isMigration: it may be the first half of a page's migration.
    mutating func noteInflated(_ pages: UInt64, isMigration: Bool) {
        migrating = isMigration && pages <= Self.mostMigrating ? pages : 0
    }

    /// An inflate message has ended. A driver that went too far (nanos, Windows) takes back what is too much.
    mutating func endInflation(held: UInt64, target: UInt32) {
        if held > asked(target) + Self.mostExcess { isDescending = true }
    }

    /// A deflate message begins.
    mutating func beginMessage(held: UInt64, target: UInt32) {
        let asked = asked(target)
        if held <= asked { isDescending = false }
        isPiece = isDescending
    }

    /// A deflate message has ended.
    mutating func endMessage(held: UInt64, target: UInt32) {
        if held <= asked(target) { isDescending = false }
        isPiece = false
    }

    /// How many pages of a run that has just left go below what was asked for, though nothing explains it.
    ///
    /// - Parameters:
    ///   - pages: that left.
    ///   - before: pages that were held before it.
    ///   - isWholeMessage: the run is all that its message says, and all of it was held.
    mutating func unexplained(_ pages: UInt64, before: UInt64, target: UInt32, isWholeMessage: Bool) -> UInt64 {
        let isMigration = isWholeMessage && pages == migrating
        migrating = 0
        guard !isMigration, !isPiece else { return 0 }
        let below = min(before, asked(target))
        let after = before - pages
        return below > after ? below - after : 0
    }

    private func asked(_ target: UInt32) -> UInt64 { UInt64(min(target, read)) }
}
