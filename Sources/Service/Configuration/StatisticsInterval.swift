/// What an interval between requests for statistics may be.
package enum StatisticsInterval {
    package static let wanted = "write seconds from 0.1 to 86400, or 0 to ask only when something needs statistics"

    /// The interval, or `nil` if it is none.
    package static func seconds(_ value: Double) -> Double? {
        value == 0 || (0.1...86400).contains(value) ? value : nil
    }
}
