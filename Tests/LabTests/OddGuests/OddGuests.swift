import ControlAPI
import ControlClient
import Lab
import Testing

extension LabTests {
    /// Guests as they are: with less memory than their VMM shares, stopped by their host, without time to start.
    @Suite("Odd guests") struct OddGuests {}

    /// Waits until nothing is under way, and a while longer.
    static func settled(_ daemon: Daemon, guest: String = "g") async throws -> GuestStatus {
        _ = try await watched(daemon, guest: guest)
        return try await daemon.status(of: guest, within: .seconds(60), until: "settled") {
            $0.state != .inflating && $0.state != .deflating && $0.reported == $0.held
        }
    }

    /// How a guest is after a while in which nothing is to happen, or something that has no event.
    static func watched(_ daemon: Daemon, guest: String = "g") async throws -> GuestStatus {
        try await Task.sleep(for: .seconds(4))
        return try await daemon.client.status(of: guest)
    }

    /// Waits until a guest has sent statistics that are newer than this call.
    static func answering(_ daemon: Daemon, guest: String = "g") async throws -> GuestStatus {
        let old = try await daemon.client.status(of: guest).statistics.timestamp
        try await daemon.status(of: guest, within: .seconds(20), until: "answering") {
            $0.link == .driverReady && $0.statistics.state == .answering && $0.statistics.timestamp != old
        }
        return try await watched(daemon, guest: guest)
    }

    /// Nothing has moved between two looks at a guest, and it is not thought to be in trouble.
    static func expectStill(
        _ before: GuestStatus, _ after: GuestStatus, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            after.counters.inflatedBytes == before.counters.inflatedBytes
                && after.counters.deflatedBytes == before.counters.deflatedBytes
                && after.counters.alarms == before.counters.alarms && after.held == before.held,
            "\(brief(before))\n\(brief(after))", sourceLocation: sourceLocation)
        #expect(![.alarm, .holdOff].contains(after.state), "\(brief(after))", sourceLocation: sourceLocation)
    }

    /// No alarm, no hold-off and no problem was told of a guest so far.
    static func expectNoTrouble(
        _ daemon: Daemon, guest: String = "g", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let kinds: Set<Event.Kind> = [.alarm, .holdOff, .stalled, .problem]
        for try await event in daemon.client.events() where event.guest == guest && kinds.contains(event.kind) {
            Issue.record("\(event.kind): \(event.message)", sourceLocation: sourceLocation)
        }
    }

    /// A guest's status in a line, for messages.
    static func brief(_ status: GuestStatus) -> String {
        let counters = status.counters
        return "\(status.link.rawValue), \(status.state.rawValue): \(status.reason); max \(status.max ?? 0), "
            + "sees \(status.sees ?? 0), target \(status.target), held \(status.held), "
            + "statistics \(status.statistics.state.rawValue) \(status.statistics.values["available-memory"] ?? 0) available, "
            + "in \(counters.inflatedBytes), out \(counters.deflatedBytes), alarms \(counters.alarms), "
            + "problems \(status.problems)"
    }
}
