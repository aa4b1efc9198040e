package import ControlAPI

/// How many events of one kind a guest, or the daemon itself, has had.
package struct EventCount: Sendable, Equatable, Comparable {
    package let guest: String?
    package let kind: Event.Kind
    package let count: UInt64

    struct Key: Hashable {
        let guest: String?
        let kind: Event.Kind
    }

    init(key: Key, count: UInt64) {
        guest = key.guest
        kind = key.kind
        self.count = count
    }

    package static func < (one: EventCount, other: EventCount) -> Bool {
        (one.guest ?? "", one.kind.rawValue) < (other.guest ?? "", other.kind.rawValue)
    }
}
