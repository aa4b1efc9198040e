internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI

extension Guest {
    /// An operator asks for another size.
    func setTarget(_ request: SizeRequest) -> Result<Accepted, ControlError> {
        let name = configuration.name
        if let error = check(request) { return .failure(.invalid(error)) }
        self.request = request
        var numbers: [String: UInt64] = [:]
        numbers["sees"] = request.sees?.bytes
        numbers["balloon"] = request.balloon?.bytes
        let wish =
            request.sees.map { "the guest is to see \($0)" }
            ?? "a balloon of \(request.balloon ?? 0)"
        say(.requested, wish, numbers)
        resolveRequest(isRepeated: true)
        let message = "\(name): \(wish)\(postponement)"
        return .success(Accepted(message: message, guest: status()))
    }

    /// Why a request does not take effect now.
    private var postponement: String {
        guard device.isRunning else {
            return wasStarted
                ? "; the guest is paused or its driver stopped, so the request is kept and applied when it goes on"
                : "; no driver runs yet, so the request is kept and applied when it comes"
        }
        switch arbiter.state {
        case .alarm, .notAnswering: return "; not now: \(arbiter.reason)"
        case .holdOff:
            let seconds = Int((retrySeconds ?? 0).rounded(.up))
            return "; not now: \(arbiter.reason); tried in \(seconds) s"
        default: return ""
        }
    }

    /// What is wrong with a request, in one line.
    private func check(_ request: SizeRequest) -> String? {
        switch (request.sees?.bytes, request.balloon?.bytes) {
        case (nil, nil), (.some, .some):
            return "give exactly one of sees and balloon, in bytes"
        case (.some(let sees), nil):
            if sees < 1 << 20 {
                return "sees \(sees) bytes: a guest needs 1M at the least; is a unit missing, as in 512M?"
            }
            if let max, sees > max {
                return "sees \(ByteSize(sees)) is more than the guest's \(ByteSize(max))"
            }
        case (nil, .some(let balloon)):
            if let max, balloon >= max {
                return "balloon \(ByteSize(balloon)) must be less than the guest's \(ByteSize(max))"
            }
            if balloon >= 1 << 44 { return "balloon \(balloon) must be below 16 TiB" }
        }
        return nil
    }

    func reclaim() -> Result<Accepted, ControlError> {
        let name = configuration.name
        guard device.isRunning else { return .failure(.conflict("\(name): no driver runs")) }
        guard device.negotiated.contains(.statistics), arbiter.hasUsableStatistics else {
            return .failure(.conflict("\(name): the guest sends no statistics, so nobody knows what is free"))
        }
        guard arbiter.state == .settled else {
            return .failure(.conflict("\(name): the balloon is busy (\(balloonState.rawValue)): \(arbiter.reason)"))
        }
        tell(.reclaim)
        return .success(Accepted(message: "\(name): free memory is being taken and given back", guest: status()))
    }

    func hint() -> Result<Accepted, ControlError> {
        let name = configuration.name
        guard device.isRunning, device.negotiated.contains(.freePageHint) else {
            return .failure(
                .conflict("\(name): free page hinting was not negotiated; serve the guest with free-page-hint=on"))
        }
        guard device.startHinting() else {
            return .failure(.conflict("\(name): the guest is still busy with the last command"))
        }
        interrupt()
        return .success(Accepted(message: "\(name): asked which pages are free", guest: status()))
    }
}
