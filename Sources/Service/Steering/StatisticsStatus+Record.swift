internal import Balloon
internal import ControlAPI
internal import Linux

extension StatisticsStatus {
    /// What is shown of a guest's statistics: nothing where no driver runs that sends them, for what the last one said is past. It
    /// is shown again if that one was only paused and goes on.
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
        let newest = isAvailable ? record.newest : nil
        var values: [String: UInt64] = [:]
        if let set = newest?.set {
            for tag in StatisticsTag.allCases { values[tag.name] = set[tag] }
        }
        self.init(
            state: state, intervalSeconds: Double(interval) / 1e9,
            ageSeconds: newest.map { Double(MonotonicClock.now() - $0.time) / 1e9 },
            timestamp: newest?.timestamp, values: values,
            heldThen: newest.map { ByteSize($0.held * PageFrame.size) })
    }
}
