internal import Synchronization

/// Which of the daemon's guests answer: so that one which does not can be told from a host that stands still.
///
/// Shared by the reactors, behind a lock that is held for some nanoseconds; only where a guest is overdue all guests are looked at.
final class HostPulse: Sendable {
    /// Times in ns, monotonic.
    private struct Beat {
        /// Since when a request has been out; 0: none is.
        var askedAt: UInt64 = 0
        /// When it answered last; 0: not yet.
        var answeredAt: UInt64 = 0
    }

    /// What the other guests show.
    enum Others: Equatable {
        /// One has answered when this one should have long done so: the host works.
        case answer
        /// Some have been asked, and none answers.
        case areSilent
        /// There is none, or none was asked.
        case unknown
    }

    /// A guest that was asked at least so long ago (ns) would have answered.
    private static let longEnough: UInt64 = 1_000_000_000
    /// One that fell silent longer than this (ns) before is silent for a reason of its own.
    private static let together: UInt64 = 10_000_000_000

    /// By number; `nil`: not taken.
    private let beats = Mutex<[Beat?]>([])

    /// Takes a guest in.
    ///
    /// - Returns: its number.
    func join() -> Int {
        beats.withLock { beats in
            let place = beats.firstIndex { $0 == nil } ?? beats.count
            if place == beats.count { beats.append(Beat()) } else { beats[place] = Beat() }
            return place
        }
    }

    func leave(_ guest: Int) { change(guest) { $0 = nil } }

    /// A request to the guest goes out, if none is.
    func noteRequest(_ guest: Int, at now: UInt64) {
        change(guest) { if $0?.askedAt == 0 { $0?.askedAt = now } }
    }

    func noteAnswer(_ guest: Int, at now: UInt64) { change(guest) { $0 = Beat(askedAt: 0, answeredAt: now) } }

    /// Its driver stopped: no answer will come.
    func noteStop(_ guest: Int) { change(guest) { $0 = Beat() } }

    private func change(_ guest: Int, _ body: (inout Beat?) -> Void) {
        beats.withLock { beats in
            guard beats.indices.contains(guest) else { return }
            body(&beats[guest])
        }
    }

    /// How the others are. O(n).
    ///
    /// - Parameters:
    ///   - guest: whose request was not answered.
    ///   - asked: when it was sent (ns, monotonic).
    func others(than guest: Int, since asked: UInt64, at now: UInt64) -> Others {
        beats.withLock { beats in
            var others = Others.unknown
            for (number, beat) in beats.enumerated() where number != guest {
                guard let beat, beat.answeredAt > 0 else { continue }
                // Just after the request went out proves nothing: the host may have stood still from then on.
                if beat.answeredAt >= asked + Self.longEnough { return .answer }
                guard beat.askedAt > 0, now >= beat.askedAt + Self.longEnough else { continue }
                if beat.askedAt + Self.together > asked { others = .areSilent }
            }
            return others
        }
    }
}
