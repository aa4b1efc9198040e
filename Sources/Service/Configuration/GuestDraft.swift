internal import ControlAPI

/// A guest's configuration while it is read. What depends on other keys is settled at the end.
struct GuestDraft {
    var configuration: GuestConfiguration
    /// What the guest is to see at start, as it was written.
    var sees: SizeOrShare?
    /// What it is to see at the least under a budget, and what is reserved for it.
    var min: SizeOrShare?
    var reservation: SizeOrShare?

    init(name: String) {
        configuration = GuestConfiguration(name: name, socket: "")
    }

    /// The guest, once all its keys are read. The error's key says which one is to blame.
    func finished() throws(KeyedError) -> GuestConfiguration {
        var finished = configuration
        guard !finished.socket.isEmpty else {
            throw KeyedError(
                key: "socket", sentence: "missing; write the path where the VMM is to connect")
        }
        try settleLimits(&finished)
        guard let sees else { return finished }
        if let max = finished.max {
            let size = sees.size(of: max)
            guard size <= max else {
                throw KeyedError(key: "sees", sentence: "\(sees) is more than max, \(max.exact)")
            }
            guard size > 0 else {
                throw KeyedError(
                    key: "sees", sentence: "\(sees) of \(max.exact) leaves the guest no memory")
            }
            finished.requested = SizeRequest(sees: size)
        } else {
            guard case .size(let size) = sees else {
                throw KeyedError(key: "sees", sentence: "\(sees) is a share of max, and max is missing")
            }
            finished.requested = SizeRequest(sees: size)
        }
        return finished
    }

    private func settleLimits(_ finished: inout GuestConfiguration) throws(KeyedError) {
        if let min { finished.min = try size(min, "min") }
        if let reservation { finished.reservation = try size(reservation, "reservation") }
        if let reserved = finished.reservation, reserved < finished.min {
            throw KeyedError(
                key: "reservation",
                sentence: "\(reserved.exact) is less than min, \(finished.min.exact)")
        }
    }

    private func size(_ size: SizeOrShare, _ key: String) throws(KeyedError) -> ByteSize {
        guard let max = configuration.max else {
            guard case .size(let size) = size else {
                throw KeyedError(key: key, sentence: "\(size) is a share of max, and max is missing")
            }
            return size
        }
        let part = size.size(of: max)
        guard part <= max else {
            throw KeyedError(key: key, sentence: "\(size) is more than max, \(max.exact)")
        }
        return part
    }

    /// What is wrong with the value of a key, or with its absence.
    struct KeyedError: Error {
        let key: String
        let sentence: String
    }
}
