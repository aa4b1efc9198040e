/// What an event of the reactor's polls belongs to.
///
/// Stale events are harmless: whoever is told looks itself whether there is anything to do.
enum Token {
    static let wake = UInt64.max
    static let urgent = UInt64.max - 1
    /// The host's tasks wait for memory.
    static let pressure = UInt64.max - 2

    enum Source: Equatable {
        case listener
        case socket
        case kick(queue: Int)
    }

    static func of(guest: Int, _ source: Source) -> UInt64 {
        let low: UInt64 =
            switch source {
            case .listener: 0
            case .socket: 1
            case .kick(let queue): 2 + UInt64(queue)
            }
        return UInt64(guest) << 8 | low
    }

    static func isKick(_ token: UInt64) -> Bool {
        switch decode(token).source {
        case .kick: true
        case .listener, .socket: false
        }
    }

    static func decode(_ token: UInt64) -> (guest: Int, source: Source) {
        let guest = Int(token >> 8)
        switch token & 0xff {
        case 0: return (guest, .listener)
        case 1: return (guest, .socket)
        case let low: return (guest, .kick(queue: Int(low) - 2))
        }
    }
}
