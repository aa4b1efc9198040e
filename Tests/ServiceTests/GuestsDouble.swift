import ControlAPI
import Service
import Synchronization

/// Guests that do at once what they are asked.
final class GuestsDouble: GuestControl {
    private let guests: Mutex<[GuestStatus]>
    /// What they share.
    let shared = Mutex<BudgetStatus?>(nil)
    /// What was asked, in order.
    let calls = Mutex<[String]>([])

    init(_ names: [String] = ["web1", "db"], max: ByteSize? = ByteSize(1 << 30)) {
        guests = Mutex(names.map { Self.status($0, max: max) })
    }

    static func status(_ name: String, max: ByteSize?) -> GuestStatus {
        GuestStatus(
            name: name, socket: "/run/\(name).sock", door: .vhostUser, link: .driverReady, max: max, sees: max,
            requested: nil, target: 0, reported: 0, held: 0, released: 0, pending: 0, hostUses: nil,
            state: .settled, reason: "held meets the target", retrySeconds: nil,
            features: [FeatureStatus(name: "deflate-on-oom", offered: true, negotiated: true, seen: false)],
            statistics: StatisticsStatus(
                state: .answering, intervalSeconds: 2, ageSeconds: 0.5, timestamp: nil,
                values: ["available-memory": 700 << 20, "major-faults": 12, "swap-in": 4096]),
            counters: Counters(), problems: [])
    }

    /// Changes a guest as its driver would.
    func change(_ name: String, _ change: (inout GuestStatus) -> Void) {
        guests.withLock { guests in
            for index in guests.indices where guests[index].name == name { change(&guests[index]) }
        }
    }

    func statuses() async -> [GuestStatus] { guests.withLock { $0 } }

    func status(of name: String) async throws(ControlError) -> GuestStatus {
        let all = await statuses()
        guard let guest = all.first(where: { $0.name == name }) else {
            throw .noGuest(name, among: all.map(\.name))
        }
        return guest
    }

    func set(_ request: SizeRequest, of name: String) async throws(ControlError) -> Accepted {
        let guest = try await status(of: name)
        let max = guest.max ?? 0
        if let sees = request.sees, sees > max {
            throw .invalid("guest \(name): \(sees.bytes) bytes are more than its memory, \(max.bytes)")
        }
        let balloon = request.balloon ?? ByteSize(max.bytes - (request.sees?.bytes ?? 0))
        change(name) {
            $0.requested = balloon
            $0.target = balloon
            $0.state = .inflating
            $0.pursuit = .underWay
        }
        return try await accept(name, "set \(balloon.bytes)")
    }

    func setStatisticsInterval(_ request: StatisticsRequest, of name: String) async throws(ControlError) -> Accepted {
        try await accept(name, "interval \(request.intervalSeconds)")
    }

    func refreshStatistics(of name: String) async throws(ControlError) -> GuestStatus {
        try await accept(name, "refresh").guest
    }

    func reclaim(_ name: String) async throws(ControlError) -> Accepted { try await accept(name, "reclaim") }

    func hint(_ name: String) async throws(ControlError) -> Accepted {
        throw .conflict("guest \(name): free page hinting was not negotiated")
    }

    func add(_ configuration: GuestConfiguration) async throws(ControlError) -> Accepted {
        let isNew = guests.withLock { guests in
            guard !guests.contains(where: { $0.name == configuration.name }) else { return false }
            guests.append(Self.status(configuration.name, max: configuration.max))
            return true
        }
        guard isNew else { throw .conflict("\(configuration.name): there is a guest of that name") }
        return try await accept(configuration.name, "added")
    }

    func remove(_ name: String) async throws(ControlError) -> Accepted {
        let accepted = try await accept(name, "removed")
        guests.withLock { $0.removeAll { $0.name == name } }
        return accepted
    }

    func budget() async -> BudgetStatus? { shared.withLock { $0 } }

    func setBudget(_ size: BudgetSize) async throws(ControlError) -> BudgetStatus {
        guard var budget = await budget() else { throw .noBudget }
        budget.budget = size.size(of: ByteSize(64 << 30))
        guard budget.budget >= budget.reserved else { throw .conflict("reservations do not fit") }
        shared.withLock { [budget] in $0 = budget }
        return budget
    }

    func setMode(_ mode: BudgetMode) async throws(ControlError) -> BudgetStatus {
        guard var budget = await budget() else { throw .noBudget }
        budget.mode = mode
        shared.withLock { [budget] in $0 = budget }
        return budget
    }

    func plan(_ need: (guest: String, sees: ByteSize)?) async throws(ControlError) -> BudgetPlan {
        if let need { _ = try await status(of: need.guest) }
        return BudgetPlan(
            guest: need?.guest, sees: need?.sees, promised: nil, message: "a plan", steps: [], refusals: [],
            short: 0, free: 0)
    }

    private func accept(_ name: String, _ call: String) async throws(ControlError) -> Accepted {
        let guest = try await status(of: name)
        calls.withLock { $0.append("\(name) \(call)") }
        return Accepted(message: "\(name): \(call)", guest: guest)
    }
}
