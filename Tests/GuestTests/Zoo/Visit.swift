import ControlAPI
import Foundation
import Linux
import Service
import Testing

/// One animal's way through its script, against the daemon's real code; what is wrong on the way is written down.
struct Visit {
    /// How it is served.
    struct Setting: Sendable, CustomTestStringConvertible {
        var door: GuestDoor
        var hasBudget: Bool
        var testDescription: String { "\(door.rawValue), \(hasBudget ? "a budget" : "no budget")" }
    }

    let animal: Animal
    let setting: Setting
    let house: House
    let keeper: Keeper
    /// Plain guests beside it: its companions, and under a budget the neighbour.
    let others: [(name: String, keeper: Keeper)]
    var complaints: [String] = []
    /// What the operator asked for last, bytes of balloon.
    var asked: UInt64?
    /// Events up to this one have been looked at.
    var seen: UInt64 = 0
    /// Statements about silence are held against these.
    var losses = 0
    /// The most that its balloon has ever held, pages.
    var mostHeld = 0

    static let name = "animal"
    static let neighbour = "neighbour"
    static let plain = Animal(name: "plain", script: [])

    /// Runs a script, and says what was wrong.
    static func complaints(about animal: Animal, _ setting: Setting) async throws -> [String] {
        let companions = (0..<animal.companions).map { "companion-\($0)" } + (setting.hasBudget ? [neighbour] : [])
        let shared = UInt64(animal.memory.shared + companions.count * plain.memory.shared) << 20
        var complaints: [String] = []
        try await House.with(
            [name] + companions, reactors: 1, budget: setting.hasBudget ? shared / 4 * 3 : nil,
            edit: { configuration in
                configuration.door = setting.door
                configuration.statisticsIntervalSeconds = 0.25
                guard setting.hasBudget else { return }
                let memory = configuration.name == name ? animal.memory.shared : plain.memory.shared
                configuration.max = ByteSize(UInt64(memory) << 20)
            }
        ) { house in
            let keeper = try await keeper(of: animal, house.socket(name), setting)
            var others: [(name: String, keeper: Keeper)] = []
            for companion in companions {
                others.append((companion, try await self.keeper(of: plain, house.socket(companion), setting)))
                try await others[others.count - 1].keeper.tell { try $0.load() }
            }
            var visit = Visit(animal: animal, setting: setting, house: house, keeper: keeper, others: others)
            do {
                try await visit.run()
            } catch {
                visit.complain("\(error)")
            }
            for keeper in [keeper] + others.map(\.keeper) {
                try await blocking { keeper.stop() }
                if let trouble = keeper.trouble { visit.complain(trouble) }
            }
            try await visit.lookAtTheEnd()
            complaints = visit.complaints
        }
        return complaints
    }

    private static func keeper(of animal: Animal, _ path: String, _ setting: Setting) async throws -> Keeper {
        try await blocking { try Keeper(animal, path: path, isVfio: setting.door == .vfioUser) }
    }

    private mutating func run() async throws {
        for (number, happening) in animal.script.enumerated() {
            let before = complaints.count
            try await go(through: happening)
            try await look()
            for index in before..<complaints.count { complaints[index] += " [\(number): \(happening)]" }
        }
    }

    mutating func complain(_ what: String) { complaints.append("\(animal.name): \(what)") }

    // MARK: - What happens

    private mutating func go(through happening: Happening) async throws {
        switch happening {
        case .start, .resume: try await start()
        case .ask(let sees): try await ask(SizeRequest(sees: ByteSize(UInt64(sees) << 20)))
        case .inflate(let pages): try await ask(SizeRequest(balloon: ByteSize(UInt64(pages) << 12)))
        case .reach: try await reach()
        case .rest: try await rest()
        case .pass(let milliseconds): try await Task.sleep(for: .milliseconds(milliseconds))
        case .burst(let size, let perSecond): try await feed(keeper, size, perSecond)
        case .cry(let pages): try await cry(pages)
        case .neighbour(let burst): try await feedNeighbour(burst)
        case .calm: try await keeper.tell { $0.endPrograms() }
        case .compaction: try await keeper.tell { $0.isCompacting = true }
        case .silence(let milliseconds, let together): try await standStill(milliseconds, together: together)
        case .hint:
            // It may be refused; what comes of it is no trouble of the guest's.
            _ = try? await house.registry.hint(Self.name)
            try await rest()
        case .online: try await plug()
        case .suspend, .unload:
            try await keeper.tell { driver in
                try driver.giveAllBack()
                try driver.reset()
            }
            try await lookAtNoDriver()
        case .reset: try await keeper.tell { try $0.reset() }
        case .pause: try await keeper.tell { try $0.pause() }
        case .goOn: try await keeper.tell { try $0.goOn() }
        case .disconnect: try await disconnect()
        }
    }

    private mutating func start() async throws {
        try await keeper.tell { try $0.load() }
        guard animal.features != nil else { return }
        _ = try await until("the driver is seen") { $0.link == .driverReady }
    }

    private mutating func ask(_ request: SizeRequest) async throws {
        do {
            let accepted = try await house.registry.set(request, of: Self.name)
            asked = accepted.guest.requested?.bytes
        } catch {
            complain("a request is refused: \(error)")
        }
    }

    /// Its own page is as close as it comes; under a budget more may be asked of it.
    private mutating func reach() async throws {
        guard let asked else { return }
        let (page, hasBudget) = (UInt64(animal.driver.page) << 12, setting.hasBudget)
        let status = try await until("the balloon is as asked", within: 30) { status in
            guard status.state == .settled || hasBudget && status.state == .inflating else { return false }
            if hasBudget { return status.held.bytes >= status.requested?.bytes ?? 0 }
            return status.held.bytes < asked + page && status.held.bytes + page > asked
        }
        if let status, !hasBudget, !status.isReached { complain("it is settled, and not reached: \(status.reason)") }
    }

    private mutating func rest() async throws {
        var last = try await house.status(Self.name)
        var since = MonotonicClock.now()
        let end = since + 12_000_000_000
        while MonotonicClock.now() < since + 700_000_000 || last.state == .alarm || last.state == .notAnswering {
            guard MonotonicClock.now() < end else { return complain("it does not come to rest: \(Self.words(last))") }
            try await Task.sleep(for: .milliseconds(50))
            let now = try await house.status(Self.name)
            if (now.held, now.target, now.state) != (last.held, last.target, last.state) {
                since = MonotonicClock.now()
            }
            last = now
        }
    }

    private mutating func feed(_ keeper: Keeper, _ size: Int, _ perSecond: Int) async throws {
        try await keeper.tell { $0.want(size, perSecond: perSecond) }
        for _ in 0..<2000 {
            try await Task.sleep(for: .milliseconds(10))
            if try await !keeper.tell(\.isEating) { return }
        }
        complain("a program has waited for memory for 20 s")
    }

    private mutating func feedNeighbour(_ size: Int) async throws {
        guard setting.hasBudget, let other = others.last else { return }
        try await feed(other.keeper, size, 200)
        let facts = try await other.keeper.tell { try $0.takeFacts() }
        if facts.kills > 0 { complain("a program of the neighbour was killed") }
        if facts.taken > 64 << 8 { complain("the neighbour took \(facts.taken >> 8) MiB back by itself") }
        try await other.keeper.tell { $0.endPrograms() }
    }

    private mutating func cry(_ pages: Int) async throws {
        let before = try await house.status(Self.name).held.bytes
        try await keeper.tell { try $0.cry(pages) }
        try await rest()
        let after = try await house.status(Self.name).held.bytes
        if animal.memory.hidden > 0, after < before / 2 {
            complain("\(before >> 20) MiB went down to \(after >> 20) for \(pages) pages that nobody needed")
        }
    }

    private mutating func standStill(_ milliseconds: Int, together: Bool) async throws {
        // Who has never answered tells nothing by not answering.
        for name in [Self.name] + others.map(\.name) {
            _ = try await house.status(name) { $0.statistics.state == .answering }
        }
        let before = try await house.status(Self.name)
        let start = house.events.newest
        for keeper in [keeper] + (together ? others.map(\.keeper) : []) {
            try await keeper.tell { $0.standStill(milliseconds: milliseconds) }
        }
        try await Task.sleep(for: .milliseconds(milliseconds + 300))
        try await rest()
        let after = try await house.status(Self.name)
        let story = house.events.history().filter { $0.sequence > start && $0.guest == Self.name }
        // Once it answers, a budget gives what lies about as it does to any guest that is well.
        let isGiven = !setting.hasBudget && after.target < before.target || Self.isHelped(story, before.target.bytes)
        if together, isGiven {
            complain("all stood still, and it was given memory: \(story.map { "\($0.kind): \($0.message)" })")
        }
        if together || before.held == 0, after.retrySeconds != nil {
            complain("it is left alone for \(after.retrySeconds ?? 0) s after a silence that was none of its own")
        }
    }

    /// Whether a guest was given memory for its silence: before it answered, or as one in trouble.
    private static func isHelped(_ story: [Event], _ target: UInt64) -> Bool {
        story.prefix { $0.kind != .statisticsBack }.contains { $0.numbers["target"].map { $0 < target } ?? false }
            || story.contains { [.alarm, .alarmOver, .holdOff].contains($0.kind) }
    }

    private mutating func plug() async throws {
        let before = try await house.status(Self.name).held.bytes
        try await keeper.tell { $0.plug() }
        try await rest()
        let after = try await house.status(Self.name).held.bytes
        if after > before { complain("\((after - before) >> 20) MiB went into the balloon because memory came") }
    }

    private mutating func disconnect() async throws {
        let keeper = keeper
        try await blocking { keeper.stop() }
        _ = try await until("the VMM is gone") { $0.link == .waiting }
    }

    /// The status once it is as it should be; complains if that does not come.
    mutating func until(
        _ what: String, within seconds: UInt64 = 10, _ condition: (GuestStatus) -> Bool
    ) async throws -> GuestStatus? {
        let end = MonotonicClock.now() + seconds * 1_000_000_000
        while true {
            let status = try await house.status(Self.name)
            if condition(status) { return status }
            guard MonotonicClock.now() < end else {
                complain("never came: \(what); it is \(Self.words(status))")
                return nil
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    static func words(_ status: GuestStatus) -> String {
        "\(status.state.rawValue), target \(status.target), held \(status.held): \(status.reason)"
    }
}
