internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI

extension Guest {
    /// Asks for another size, as an operator.
    func setTarget(_ request: SizeRequest) -> Result<Accepted, ControlError> {
        let shared = (steering.memory.shared ?? steering.memory.counted)?.bytes
        if let problem = request.problem(shared: shared, max: max) { return .failure(.invalid(problem)) }
        let wish = steering.take(request, max: max)
        resolveRequest(.command)
        let message = "\(configuration.name): \(wish)\(shortfall(of: request))\(postponement)"
        return .success(Accepted(message: message, guest: status()))
    }

    /// What is to be said of a request that the guest has too little memory for.
    private func shortfall(of request: SizeRequest) -> String {
        guard let sees = request.sees?.bytes, let max, sees > max else { return "" }
        return "; it says that it has \(ByteSize(max)), so nothing goes into its balloon"
    }

    /// Why a request does not take effect now.
    private var postponement: String {
        if steering.mode == .pause { return "; not now: \(Self.pause), and the request is kept" }
        guard device.isRunning else {
            return connection?.hadDriver == true
                ? "; the guest is paused or its driver stopped, so the request is kept and applied when it goes on"
                : "; no driver runs yet, so the request is kept and applied when it comes"
        }
        switch steering.state {
        case .hinting where (steering.requested ?? 0) > Pages(device.held.count), .fixed:
            return "; not now: \(steering.reason)"
        case .alarm, .notAnswering: return "; not now: \(steering.reason)"
        case .holdOff:
            let seconds = Int((retrySeconds ?? 0).rounded(.up))
            return "; not now: \(steering.reason); tried in \(seconds) s"
        default: return ""
        }
    }

    private static let pause = "the mode is pause: every target stays as it is"

    func reclaim() -> Result<Accepted, ControlError> {
        let name = configuration.name
        guard steering.mode != .pause else { return .failure(.conflict("\(name): \(Self.pause)")) }
        guard device.isRunning else { return .failure(.conflict("\(name): no driver runs")) }
        guard device.negotiated.contains(.statistics), steering.hasUsableStatistics else {
            return .failure(.conflict("\(name): the guest sends no statistics, so nobody knows what is free"))
        }
        guard steering.state == .settled else {
            return .failure(.conflict("\(name): the balloon is busy (\(balloonState.rawValue)): \(steering.reason)"))
        }
        tell(.reclaim)
        return .success(Accepted(message: "\(name): free memory is being taken and given back", guest: status()))
    }
}
