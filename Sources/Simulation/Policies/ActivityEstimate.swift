/// How many pages of a guest are active: the largest of a slow average, a fast average and the last sample, so that a
/// guest that wakes is seen at once and one that falls asleep is believed late.
struct ActivityEstimate: Sendable {
    private var slow = 0.0
    private var fast = 0.0
    private var current = 0.0
    private(set) var takenAt: UInt64?

    var pages: Double { max(slow, fast, current) }

    mutating func add(_ sample: Double, at moment: UInt64) {
        current = sample
        slow = takenAt == nil ? sample : slow + (sample - slow) / 16
        fast = takenAt == nil ? sample : fast + (sample - fast) / 4
        takenAt = moment
    }
}
