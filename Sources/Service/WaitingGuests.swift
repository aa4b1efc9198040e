package import ControlAPI
internal import Logging

/// Stands in for the reactor until it lands: guests that nobody ever connects to.
package final class WaitingGuests: GuestReactor {
    private let guests: [GuestConfiguration]

    package init(_ guests: [GuestConfiguration]) {
        self.guests = guests
    }

    package func statuses() async -> [GuestStatus] { guests.map(status) }

    package func status(of name: String) async throws(ControlError) -> GuestStatus {
        guard let guest = guests.first(where: { $0.name == name }) else {
            throw .noGuest(name, among: guests.map(\.name))
        }
        return status(guest)
    }

    package func setTarget(_ request: TargetRequest, of name: String) async throws(ControlError) -> Accepted {
        Accepted(message: "nothing is served yet", guest: try await status(of: name))
    }

    package func setStatisticsInterval(
        _ request: StatisticsRequest, of name: String
    ) async throws(ControlError) -> Accepted {
        Accepted(message: "nothing is served yet", guest: try await status(of: name))
    }

    package func refreshStatistics(of name: String) async throws(ControlError) -> GuestStatus {
        try await status(of: name)
    }

    package func reclaim(_ name: String) async throws(ControlError) -> Accepted {
        throw .conflict("guest \(try await status(of: name).name) has no driver")
    }

    package func hint(_ name: String) async throws(ControlError) -> Accepted {
        throw .conflict("guest \(try await status(of: name).name) has no driver")
    }

    package func stop() async {}

    private func status(_ guest: GuestConfiguration) -> GuestStatus {
        GuestStatus(
            name: guest.name, socket: guest.socket, link: .waiting, max: guest.max, visible: guest.max, requested: nil,
            target: 0, reported: 0, held: 0, hostMemory: nil, balloon: .idle, reason: "no VMM is connected",
            retrySeconds: nil,
            features: [
                FeatureStatus(name: "deflate-on-oom", offered: guest.deflateOnOOM, negotiated: false, seen: false)
            ],
            statistics: StatisticsStatus(
                state: .unavailable, intervalSeconds: guest.statisticsInterval, ageSeconds: nil, timestamp: nil,
                values: [:]),
            counters: Counters(), problems: [])
    }
}
