internal import ControlAPI

/// A guest's configuration while it is read. What depends on other keys is settled at the end.
struct GuestDraft {
    var configuration: GuestConfiguration
    /// What the guest is to see at start, as it was written.
    var target: SizeOrShare?
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
        guard let target else { return finished }
        if let max = finished.max {
            let visible = target.bytes(of: max)
            guard visible <= max else {
                throw KeyedError(key: "target", sentence: "\(target) is more than max, \(ByteSize(max).exact)")
            }
            guard visible > 0 else {
                throw KeyedError(
                    key: "target", sentence: "\(target) of \(ByteSize(max).exact) leaves the guest no memory")
            }
            finished.target = TargetRequest(visible: visible)
        } else {
            guard case .size(let size) = target else {
                throw KeyedError(key: "target", sentence: "\(target) is a share of max, and max is missing")
            }
            finished.target = TargetRequest(visible: size.bytes)
        }
        return finished
    }

    private func settleLimits(_ finished: inout GuestConfiguration) throws(KeyedError) {
        if let min { finished.min = try bytes(min, "min") }
        if let reservation { finished.reservation = try bytes(reservation, "reservation") }
        if let reserved = finished.reservation, reserved < finished.min {
            throw KeyedError(
                key: "reservation",
                sentence: "\(ByteSize(reserved).exact) is less than min, \(ByteSize(finished.min).exact)")
        }
    }

    private func bytes(_ size: SizeOrShare, _ key: String) throws(KeyedError) -> UInt64 {
        guard let max = configuration.max else {
            guard case .size(let size) = size else {
                throw KeyedError(key: key, sentence: "\(size) is a share of max, and max is missing")
            }
            return size.bytes
        }
        let bytes = size.bytes(of: max)
        guard bytes <= max else {
            throw KeyedError(key: key, sentence: "\(size) is more than max, \(ByteSize(max).exact)")
        }
        return bytes
    }

    /// What is wrong with the value of a key, or with its absence.
    struct KeyedError: Error {
        let key: String
        let sentence: String
    }
}
