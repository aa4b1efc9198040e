/// The times of one guest's records: they must rise, without gaps.
struct TraceClock {
    private let guest: String
    private var first: Double?
    private var last = 0.0
    /// The usual interval, learned from the first few.
    private var intervals: [Double] = []
    private(set) var count = 0

    /// - Parameter guest: what errors call it.
    init(guest: String) { self.guest = guest }

    /// From the first record to the last, in seconds.
    var seconds: Double { last - (first ?? 0) }

    /// The tick of a record, from the guest's first one on.
    mutating func tick(_ time: Double, _ lines: TraceLines) throws(TraceError) -> Int {
        guard time < 1e10 else {
            throw lines.error("time_s is \(Self.short(time))", "write seconds, not milliseconds or nanoseconds")
        }
        count += 1
        guard let first else {
            first = time
            last = time
            return 0
        }
        let interval = time - last
        guard interval != 0 else {
            throw lines.error("time \(Self.short(time)) of \(guest) comes twice", "leave one record for each time")
        }
        guard interval > 0 else {
            throw lines.error(
                "time \(Self.short(time)) of \(guest) comes after \(Self.short(last))", "sort the records by time")
        }
        if let usual, interval > 5 * usual, interval > 60 {
            throw lines.error(
                "a gap: nothing of \(guest) between \(Self.short(last)) s and \(Self.short(time)) s, where records come "
                    + "every \(Self.short(usual)) s", "fill it in, or cut the trace there")
        }
        if intervals.count < 15 { intervals.append(interval) }
        last = time
        return VirtualTime.ticks(seconds: time - first)
    }

    private var usual: Double? { intervals.count < 2 ? nil : intervals.sorted()[intervals.count / 2] }

    private static func short(_ time: Double) -> String {
        time == time.rounded() && time < 1e15 ? "\(Int(time))" : "\(time)"
    }
}
