package import ControlAPI
internal import Foundation

/// Puts together why a guest is as it is, from what happened.
package enum Explanations {
    /// So many decisions are told, the newest.
    package static let most = 20

    /// The newest decisions about a guest, the newest first.
    ///
    /// - Parameter events: what happened, the oldest first.
    package static func decisions(about guest: String, in events: [Event]) -> [Explanation.Decision] {
        let related = events.filter { isDecision($0, about: guest) }.suffix(most)
        return related.reversed().map { event in
            guard let last = end(of: event, for: guest, in: events) else {
                return Explanation.Decision(event: event, seconds: nil, until: nil)
            }
            return Explanation.Decision(event: event, seconds: seconds(from: event, to: last), until: last.message)
        }
    }

    private static func isDecision(_ event: Event, about guest: String) -> Bool {
        if let move = event.move { return move.payer == guest || move.gainer == guest }
        guard event.guest == guest else { return event.guest == nil && [.mode, .budget].contains(event.kind) }
        switch event.kind {
        case .requested, .target, .alarm, .alarmOver, .holdOff, .rearmed, .stalled, .statisticsLost, .reclaimed:
            return true
        default: return false
        }
    }

    /// What ended that which this event began.
    private static func end(of event: Event, for guest: String, in events: [Event]) -> Event? {
        let ends: (Event) -> Bool
        switch (event.kind, event.move) {
        case (.moved, let move?):
            guard move.isCarriedOut else { return nil }
            if let payer = move.payer {
                // It has paid when its balloon has followed, or it is over otherwise.
                ends = { $0.guest == payer && [.targetReached, .stalled, .alarm].contains($0.kind) }
            } else if move.rule == "loan" {
                ends = { $0.move?.payer == nil && $0.move?.gainer == move.gainer && $0.move?.rule == "alarm" }
            } else {
                return nil
            }
        case (.alarm, _): ends = { $0.guest == guest && $0.kind == .alarmOver }
        case (.target, _):
            ends = { $0.guest == guest && [.target, .targetReached, .stalled, .alarm].contains($0.kind) }
        default: return nil
        }
        guard let end = events.first(where: { $0.sequence > event.sequence && ends($0) }) else { return nil }
        // A target that was replaced was not reached.
        return event.kind == .target && end.kind == .target ? nil : end
    }

    private static func seconds(from start: Event, to end: Event) -> Double? {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let from = try? style.parse(start.timestamp), let to = try? style.parse(end.timestamp) else { return nil }
        return max(0, (to.timeIntervalSince(from) * 1000).rounded() / 1000)
    }
}
