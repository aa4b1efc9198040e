/// The scenarios that come with the program.
public enum BuiltIn: String, CaseIterable, Sendable {
    case burst
    case caching
    case officeDay = "office-day"
    case storm
    case hostile

    /// What it is, in a line.
    public var summary: String {
        switch self {
        case .burst: "idle guests of 1 GiB; one after the other bursts"
        case .caching: "a file working set wanders from guest to guest, no program ever runs out of memory"
        case .officeDay: "guests of 4 GiB wake in the morning, pause at noon, sleep at night; bursts all day"
        case .storm: "all guests burst at once, and want more than the host has"
        case .hostile: "one guest takes all it can get, again and again, beside guests that work"
        }
    }

    /// How many guests it has unless told otherwise.
    public var usualGuests: Int {
        switch self {
        case .burst, .caching: 3
        case .officeDay: 20
        case .storm: 8
        case .hostile: 6
        }
    }

    /// - Parameters:
    ///   - seed: all that is random follows from it.
    ///   - guests: how many.
    public func scenario(seed: UInt64, guests: Int) -> Scenario {
        var random = SeededRandom(seed: seed)
        switch self {
        case .burst: return Self.burst(guests)
        case .caching: return Self.caching(guests)
        case .officeDay: return Self.officeDay(guests, &random)
        case .storm: return Self.storm(guests, &random)
        case .hostile: return Self.hostile(guests, &random)
        }
    }

    private static func name(_ index: Int) -> String { "guest\(index + 1)" }

    private static func idle(_ index: Int, mebibytes: Int, _ demand: Demand) -> GuestSetup {
        GuestSetup(name: name(index), max: mebibytes * PageUnit.mebibyte, demand: demand)
    }

    private static func burst(_ count: Int) -> Scenario {
        let mebibyte = PageUnit.mebibyte
        let guests = (0..<count).map { index in
            idle(
                index, mebibytes: 1024,
                Demand(
                    programs: Curve(constant: 80 * mebibyte), files: Curve(constant: 60 * mebibyte),
                    bursts: [Burst(start: 60 + 120 * Double(index), length: 60, pages: 480 * mebibyte)]))
        }
        return Scenario(
            name: burst.rawValue, guests: guests, budget: count * 614 * mebibyte, seconds: 60 + 120 * Double(count))
    }

    private static func caching(_ count: Int) -> Scenario {
        let mebibyte = PageUnit.mebibyte
        let turn = 300.0
        let guests = (0..<count).map { index in
            let start = VirtualTime.ticks(seconds: turn * Double(index) + 60)
            let end = VirtualTime.ticks(seconds: turn * Double(index) + 60 + 240)
            let least = 40 * mebibyte
            let files = Curve([
                .init(tick: 0, pages: least), .init(tick: start, pages: least),
                .init(tick: start + 1, pages: 640 * mebibyte), .init(tick: end, pages: 640 * mebibyte),
                .init(tick: end + 1, pages: least),
            ])
            return idle(
                index, mebibytes: 1024, Demand(programs: Curve(constant: 100 * mebibyte), files: files))
        }
        return Scenario(
            name: caching.rawValue, guests: guests, budget: count * 614 * mebibyte, seconds: turn * Double(count) + 60)
    }

    private static func officeDay(_ count: Int, _ random: inout SeededRandom) -> Scenario {
        let hours = 14.0
        let max = 4096 * PageUnit.mebibyte
        let layer = BurstLayer(every: 1800, share: 0.1...0.3)
        let guests = (0..<count).map { index in
            let late = random.number(0...1.5)
            let size = random.number(0.15...0.35)
            // Hours since 6 o'clock, and the share of the day's demand.
            let day: [(Double, Double)] = [
                (0, 0.3), (1.5 + late, 0.3), (2 + late, 1), (5.5, 1), (6, 0.6), (7, 0.9), (11, 1), (12, 0.4), (14, 0.3),
            ]
            func curve(_ share: Double) -> Curve {
                Curve(
                    day.map {
                        .init(
                            tick: VirtualTime.ticks(seconds: $0.0 * 3600), pages: Int($0.1 * share * Double(max)))
                    })
            }
            let demand = Demand(
                programs: curve(size), files: curve(random.number(0.05...0.15)),
                bursts: layer.bursts(pages: max, seconds: hours * 3600, &random))
            var guest = GuestSetup(name: name(index), max: max, demand: demand)
            guest.swap = index.isMultiple(of: 2) ? 512 * PageUnit.mebibyte : 0
            return guest
        }
        return Scenario(
            name: officeDay.rawValue, guests: guests, budget: count * max * 6 / 10, seconds: hours * 3600)
    }

    private static func storm(_ count: Int, _ random: inout SeededRandom) -> Scenario {
        let max = 2048 * PageUnit.mebibyte
        let guests = (0..<count).map { index in
            let bursts = (0..<3).map { round in
                Burst(
                    start: 120 + 300 * Double(round) + random.number(0...5), length: random.number(60...90),
                    pages: 1000 * PageUnit.mebibyte)
            }
            return idle(
                index, mebibytes: 2048,
                Demand(
                    programs: Curve(constant: Int(random.number(0.05...0.15) * Double(max))),
                    files: Curve(constant: Int(random.number(0.02...0.1) * Double(max))), bursts: bursts))
        }
        return Scenario(name: storm.rawValue, guests: guests, budget: count * max * 55 / 100, seconds: 1020)
    }

    private static func hostile(_ count: Int, _ random: inout SeededRandom) -> Scenario {
        let max = 2048 * PageUnit.mebibyte
        let seconds = 1800.0
        let guests = (0..<count).map { index in
            let bursts =
                index == 0
                ? stride(from: 30.0, to: seconds, by: 45).map { Burst(start: $0, length: 30, pages: max) }
                : BurstLayer(every: 400).bursts(pages: max, seconds: seconds, &random)
            return idle(
                index, mebibytes: 2048,
                Demand(
                    programs: Curve(constant: max / 8), files: Curve(constant: max / 12), bursts: bursts))
        }
        return Scenario(name: hostile.rawValue, guests: guests, budget: count * max * 6 / 10, seconds: seconds)
    }
}
