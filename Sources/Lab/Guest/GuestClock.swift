import Foundation

/// Converts times of the host's clock to times of a guest's.
struct GuestClock: Sendable {
    /// Guest time less host time, in seconds.
    private let difference: Double

    /// Asks the guest for its time; good to half the time that the answer takes, some milliseconds.
    init(of machine: Machine) async throws {
        let before = Date.now.timeIntervalSince1970
        let guest = try await machine.run("ping").unsigned("t")
        let after = Date.now.timeIntervalSince1970
        difference = Double(guest) / 1e9 - (before + after) / 2
    }

    /// The guest's time in nanoseconds at a time stamp of the daemon's.
    func time(of timestamp: String) throws -> UInt64 {
        let date = try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(timestamp)
        return UInt64(max(0, (date.timeIntervalSince1970 + difference) * 1e9))
    }
}
