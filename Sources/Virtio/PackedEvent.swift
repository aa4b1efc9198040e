/// What an event suppression structure asks for (VIRTIO 1.4 §2.8.10).
package enum PackedEvent: Equatable {
    case always
    case never
    /// Once the entry at this place was made available, or used.
    case at(PackedPosition)

    /// Decodes a structure: the place in the low half, the flags in the high one.
    init(word: UInt32) {
        let word = UInt32(littleEndian: word)
        switch word >> 16 & 3 {
        case 1: self = .never
        case 2: self = .at(PackedPosition(encoded: UInt16(truncatingIfNeeded: word)))
        default: self = .always
        }
    }

    var word: UInt32 {
        switch self {
        case .always: 0
        case .never: (1 << 16 as UInt32).littleEndian
        case .at(let place): (2 << 16 | UInt32(place.encoded)).littleEndian
        }
    }

    /// Whether to notify after `count` entries from `start` on.
    func asks(after count: UInt32, from start: PackedPosition, size: UInt16) -> Bool {
        switch self {
        case .always: return true
        case .never: return false
        case .at(let place):
            // A place outside the ring is nonsense: one notification too many does no harm.
            guard place.index < size else { return true }
            return place.distance(from: start, size: size) < count
        }
    }
}
