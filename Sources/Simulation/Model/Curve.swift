/// Pages over time: straight lines between points.
public struct Curve: Sendable, Equatable {
    struct Point: Sendable, Equatable {
        var tick: Int
        var pages: Int
    }

    private(set) var points: [Point]

    /// The same all the time.
    public init(constant pages: Int = 0) {
        points = [Point(tick: 0, pages: pages)]
    }

    /// - Parameter points: by time; a point that is not after the one before is left out.
    init(_ points: [Point]) {
        self.points = []
        for point in points where self.points.last.map({ point.tick > $0.tick }) ?? true { self.points.append(point) }
        if self.points.isEmpty { self.points = [Point(tick: 0, pages: 0)] }
    }

    /// The highest value between two ticks, or of all.
    func highest(in span: ClosedRange<Int> = 0...Int.max) -> Int {
        var highest = 0
        for (index, point) in points.enumerated() {
            // A line ends at the next point: both ends count where any of it lies within.
            let end = index + 1 < points.count ? points[index + 1].tick : Int.max
            if end >= span.lowerBound, point.tick <= span.upperBound {
                highest = Swift.max(highest, point.pages)
            } else if index > 0, points[index - 1].tick <= span.upperBound, point.tick > span.upperBound {
                highest = Swift.max(highest, point.pages)
            }
        }
        return highest
    }

    /// The same with every value multiplied.
    func scaled(_ factor: Double) -> Curve {
        Curve(points.map { Point(tick: $0.tick, pages: Int(Double($0.pages) * factor)) })
    }

    /// Less a number of pages, at least 0.
    func minus(_ pages: Int) -> Curve {
        Curve(points.map { Point(tick: $0.tick, pages: Swift.max(0, $0.pages - pages)) })
    }

    /// Less another curve with points at the same moments, at least 0.
    func minus(_ other: Curve) -> Curve {
        Curve(zip(points, other.points).map { Point(tick: $0.tick, pages: Swift.max(0, $0.pages - $1.pages)) })
    }

    /// A recording that goes round, started at another place and cut to a length.
    func rotated(by shift: Int, period: Int, until end: Int) -> Curve {
        guard shift > 0, period > 0 else { return Curve(points.filter { $0.tick <= end }) }
        let late = points.filter { $0.tick >= shift }.map { Point(tick: $0.tick - shift, pages: $0.pages) }
        let early = points.filter { $0.tick < shift }.map { Point(tick: $0.tick - shift + period, pages: $0.pages) }
        return Curve((late + early).filter { $0.tick <= end })
    }

    mutating func cap(_ pages: Int) {
        for index in points.indices { points[index].pages = Swift.min(points[index].pages, pages) }
    }

    /// The value at a moment, and how long it may be taken to hold (ticks); slopes are walked in steps of 5 s.
    ///
    /// - Parameter cursor: the point before, kept by the caller; moments must not go back.
    func value(at tick: Int, cursor: inout Int) -> (pages: Int, until: Int) {
        while cursor + 1 < points.count, points[cursor + 1].tick <= tick { cursor += 1 }
        let before = points[cursor]
        guard cursor + 1 < points.count else { return (before.pages, .max) }
        let after = points[cursor + 1]
        if after.pages == before.pages { return (before.pages, after.tick) }
        let share = Double(Swift.max(0, tick - before.tick)) / Double(after.tick - before.tick)
        let pages = before.pages + Int(Double(after.pages - before.pages) * share)
        return (pages, Swift.min(after.tick, tick + 5 * VirtualTime.perSecond))
    }
}
