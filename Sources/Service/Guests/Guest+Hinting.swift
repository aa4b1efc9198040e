internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI

/// The guest is asked which of its memory is free. Linux takes all of it for that, and keeps it until it is told that we are done:
/// meanwhile the guest looks as short of memory as it can be, by our own doing.
extension Guest {
    func hint() -> Result<Accepted, ControlError> {
        let name = configuration.name
        guard device.isRunning, device.negotiated.contains(.freePageHint) else {
            return .failure(
                .conflict("\(name): free page hinting was not negotiated; serve the guest with free-page-hint=on"))
        }
        if case .underWay? = connection?.run.hinting {
            return .failure(.conflict("\(name): the guest is still busy with the last command"))
        }
        guard [.settled, .fixed, .hinting].contains(steering.state) else {
            return .failure(
                .conflict(
                    "\(name): not while the balloon is \(balloonState.rawValue): \(steering.reason); "
                        + "the guest would hand over all of its free memory meanwhile"))
        }
        guard device.startHinting() else {
            return .failure(.conflict("\(name): the guest is still busy with the last command"))
        }
        beginHinting()
        interrupt()
        return .success(Accepted(message: "\(name): asked which pages are free", guest: status()))
    }

    private func beginHinting() {
        connection?.beginHinting()
        tell(.hinting(true))
    }

    /// Goes on with a command that was out when the virtual machine was paused.
    func resumeHinting() {
        if device.hinting.state != .idle { beginHinting() }
    }

    /// The guest has told all.
    func hintingEnded() {
        interrupt()
        sayHinted("nothing was discarded")
    }

    /// Ends what the guest was asked for, if it is at it.
    func stopHinting(_ why: String) {
        guard device.endHinting() else { return }
        interrupt()
        sayHinted(why)
    }

    private func sayHinted(_ end: String) {
        connection?.settleHinting()
        steering.say(
            .hinted, "the guest hinted \(ByteSize(device.hinting.bytes)) of free memory; \(end)",
            ["hinted": device.hinting.bytes])
    }

    /// Ends a command that takes too long; and takes the guest for what it says once it has its memory back.
    func endHinting(at now: UInt64) {
        guard let round = connection?.run.hinting, round.deadline <= now else { return }
        switch round {
        case .underWay: stopHinting("it took too long and was told to stop")
        case .over:
            connection?.endHinting()
            tell(.hinting(false))
        }
    }
}
