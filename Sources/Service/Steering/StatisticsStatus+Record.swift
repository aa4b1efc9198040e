internal import Balloon
internal import ControlAPI
internal import Linux

extension StatisticsStatus {
    /// What is shown of a guest's statistics.
    ///
    /// - Parameters:
    ///   - interval: ns between requests; 0: none are sent.
    ///   - isAvailable: a driver runs, and has agreed to send statistics.
    init(_ record: StatisticsRecord, interval: UInt64, isAvailable: Bool) {
        let state: State =
            switch record.isAnswering {
            case _ where !isAvailable: .unavailable
            case true?: .answering
            case false?: .notAnswering
            case nil: .waiting
            }
        var values: [String: UInt64] = [:]
        if let set = record.newest?.set {
            for tag in StatisticsTag.allCases { values[tag.name] = set[tag] }
        }
        self.init(
            state: state, intervalSeconds: Double(interval) / 1e9,
            ageSeconds: record.newest.map { Double(MonotonicClock.now() - $0.time) / 1e9 },
            timestamp: record.newest?.timestamp, values: values,
            heldThen: record.newest.map { ByteSize($0.held * PageFrame.size) })
    }
}
