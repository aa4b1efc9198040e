package import ControlAPI
internal import Foundation

/// Puts together why a guest is as it is, from what happened.
package enum Explanations {
    /// So many decisions are told, the newest.
    package static let most = 20

    /// The newest decisions about a guest, the newest first. What the account of a story covers is not told beside it.
    ///
    /// - Parameter events: what happened, the oldest first.
    package static func decisions(about guest: String, in events: [Event]) -> [Explanation.Decision] {
        let spans = events.filter { $0.kind == .moved && $0.move?.concerns(guest) == true }.compactMap(Span.init)
        let related = events.filter { isDecision($0, about: guest, spans) }.suffix(most)
        return related.reversed().map { event in
            if let story = event.move?.story {
                return Explanation.Decision(event: event, seconds: story.seconds, until: nil)
            }
            guard let last = end(of: event, for: guest, in: events) else {
                return Explanation.Decision(event: event, seconds: nil, until: nil)
            }
            return Explanation.Decision(event: event, seconds: seconds(from: event, to: last), until: last.message)
        }
    }

    /// The time that the account of a story covers.
    private struct Span {
        let number: UInt64
        let sequence: UInt64
        let start: Date
        let end: Date

        /// An account is told when it has been quiet for a while.
        private static let latest = Double(MoveSeries.quiet + 2 * MoveSeries.look) / 1e9

        init?(_ event: Event) {
            guard let move = event.move, let story = move.story, let told = date(of: event) else { return nil }
            number = move.number
            sequence = event.sequence
            end = told
            start = told.addingTimeInterval(-story.seconds - Self.latest)
        }

        func contains(_ event: Event) -> Bool {
            guard let time = date(of: event) else { return false }
            return event.sequence < sequence && start <= time && time <= end
        }
    }

    private static func isDecision(_ event: Event, about guest: String, _ spans: [Span]) -> Bool {
        if let move = event.move {
            guard move.concerns(guest) else { return false }
            // How a story began is of interest until there is an account of it.
            return event.kind == .moved || !spans.contains { $0.number == move.number }
        }
        guard event.guest == guest else { return event.guest == nil && [.mode, .budget].contains(event.kind) }
        switch event.kind {
        case .target: return !spans.contains { $0.contains(event) }
        case .requested, .alarm, .alarmOver, .holdOff, .rearmed, .stalled, .statisticsLost, .reclaimed: return true
        default: return false
        }
    }

    /// What ended that which this event began.
    private static func end(of event: Event, for guest: String, in events: [Event]) -> Event? {
        let ends: Set<Event.Kind>
        switch event.kind {
        case .alarm: ends = [.alarmOver]
        case .target: ends = [.target, .targetReached, .stalled, .alarm]
        default: return nil
        }
        let end = events.first { $0.sequence > event.sequence && $0.guest == guest && ends.contains($0.kind) }
        // A target that was replaced was not reached.
        return event.kind == .target && end?.kind == .target ? nil : end
    }

    private static func date(of event: Event) -> Date? {
        try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(event.timestamp)
    }

    private static func seconds(from start: Event, to end: Event) -> Double? {
        guard let from = date(of: start), let to = date(of: end) else { return nil }
        return max(0, (to.timeIntervalSince(from) * 1000).rounded() / 1000)
    }
}
