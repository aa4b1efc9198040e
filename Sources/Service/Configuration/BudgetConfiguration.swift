package import ControlAPI
internal import HostSignals

/// What a host lends to its guests, and what becomes of decisions.
package struct BudgetConfiguration: Sendable, Equatable {
    /// Bytes.
    package let bytes: UInt64
    package let mode: BudgetMode
    /// The host's memory in bytes.
    package let host: UInt64

    /// - Parameters:
    ///   - host: the host's memory in bytes; `nil`: the machine does not tell.
    ///   - guests: those that are to share it.
    /// - Throws: ``ConfigurationError`` if the budget is none or more than the host has, if a guest's memory is not known, or
    ///   if more is reserved than the budget has.
    package init(
        _ size: BudgetSize, mode: BudgetMode, host: UInt64?, guests: [GuestConfiguration]
    ) throws(ConfigurationError) {
        guard let host else { throw ConfigurationError("budget", "the host's memory is not known (/proc/meminfo)") }
        bytes = size.size(of: ByteSize(host)).bytes
        self.mode = mode
        self.host = host
        guard bytes > 0 else {
            throw ConfigurationError("budget", "\(size) of the host's \(ByteSize(host)) leaves the guests nothing")
        }
        guard bytes <= host else {
            throw ConfigurationError("budget", "\(size) is more than the host's memory, \(ByteSize(host))")
        }
        for guest in guests { try Self.check(guest) }
        try checkReservations(guests)
    }

    /// The memory of this host in bytes; `nil`: the machine does not tell.
    package static func hostMemory() -> UInt64? { MemoryInfo.read().total }

    /// A guest under a budget says how large it is.
    static func check(_ guest: GuestConfiguration) throws(ConfigurationError) {
        guard guest.max != nil else {
            throw ConfigurationError(
                "guest \(guest.name): max", "missing; under a budget a guest's memory is counted before its VMM comes")
        }
    }

    private func checkReservations(_ guests: [GuestConfiguration]) throws(ConfigurationError) {
        let excess = Self.excess(of: guests.map { ($0.name, ($0.reservation ?? $0.min).bytes) }, over: bytes)
        if let excess { throw ConfigurationError("budget", excess) }
    }

    /// Why reservations do not fit into a budget, with the arithmetic; `nil`: they do. Bytes.
    static func excess(of reservations: [(guest: String, bytes: UInt64)], over budget: UInt64) -> String? {
        let parts = reservations.filter { $0.bytes > 0 }
        let sum = parts.reduce(UInt64(0)) { $0.addingReportingOverflow($1.bytes).partialValue }
        guard sum > budget else { return nil }
        let largest = parts.sorted { $0.bytes > $1.bytes }.prefix(8).map { "\($0.guest) \(ByteSize($0.bytes))" }
        let more = parts.count > 8 ? " + \(parts.count - 8) others" : ""
        return "reservations of \(ByteSize(sum)) (\(largest.joined(separator: " + "))\(more)) do not fit into "
            + "\(ByteSize(budget)): \(ByteSize(sum - budget)) too much"
    }
}
