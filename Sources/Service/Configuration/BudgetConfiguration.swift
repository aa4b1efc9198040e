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
        bytes = size.bytes(of: host)
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
        let parts = guests.map { ($0.name, $0.reservation ?? $0.min) }.filter { $0.1 > 0 }
        let sum = parts.reduce(UInt64(0)) { $0.addingReportingOverflow($1.1).partialValue }
        guard sum > bytes else { return }
        let largest = parts.sorted { $0.1 > $1.1 }.prefix(8).map { "\($0.0) \(ByteSize($0.1))" }
        let more = parts.count > 8 ? " + \(parts.count - 8) others" : ""
        throw ConfigurationError(
            "budget",
            "reservations of \(ByteSize(sum)) (\(largest.joined(separator: " + "))\(more)) do not fit into "
                + "\(ByteSize(bytes)): \(ByteSize(sum - bytes)) too much")
    }
}
