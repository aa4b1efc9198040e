internal import Linux

/// The file descriptors that guests take, against what the process may have.
struct DescriptorNeed: Equatable {
    /// The daemon's own: up to 128 connections of the control socket, polls, standard streams.
    static let daemon: UInt64 = 256
    /// A guest's: its listener, its connection and the channel back, a kick, a call and an error descriptor for each of
    /// five queues, and one file of memory.
    static let guest: UInt64 = 19

    let guests: Int

    var count: UInt64 { Self.daemon + UInt64(guests) * Self.guest }

    /// How many guests a limit is enough for.
    static func guests(within limit: UInt64) -> UInt64 { (limit > daemon ? limit - daemon : 0) / guest }

    static let help = "raise the hard limit: LimitNOFILE= of its systemd unit, or ulimit -Hn before it is started"

    /// What is wrong, if the limit does not suffice; in one line, with the numbers.
    func shortage(of limit: UInt64) -> String? {
        guard count > limit else { return nil }
        return "\(guests) guests need \(count) file descriptors (\(Self.guest) each, \(Self.daemon) for the daemon), "
            + "and \(limit) are allowed: enough for \(Self.guests(within: limit)) guests"
    }

    /// Raises this process's limit to what it may be.
    ///
    /// - Returns: what is wrong if that does not suffice.
    func provide() -> String? {
        do {
            try DescriptorLimit.raise()
            return shortage(of: try DescriptorLimit.current().now)
        } catch {
            return "the limit of file descriptors cannot be raised: \(error)"
        }
    }
}
