internal import Balloon
internal import BalloonDevice
internal import HostMemory
internal import Linux
internal import VhostUser
internal import Virtio

/// What a VMM says over vhost-user.
extension Guest {
    /// - Returns: false if there is nothing more.
    func receiveVhostUser() throws(VhostUserError) -> Bool {
        guard let action = try connection?.door.vhostUser?.receive() else { return false }
        switch consume action {
        case .nothing: return false
        case .closed:
            // Nobody would tell us any more that the memory is not the balloon's.
            sink.dropPending()
            disconnect("the VMM closed the connection")
            return false
        case .done: break
        case .featuresNegotiated(let bits):
            flushPending()
            device.negotiate(BalloonFeatures(rawValue: bits))
        case .readConfiguration(let offset, let count):
            try connection?.door.vhostUser?.answerConfiguration(
                offset: offset, configurationBytes(offset: offset, count: count))
        case .writeConfiguration(let offset, let bytes):
            writeConfiguration(offset: offset, bytes)
        case .memoryChanged:
            memoryChanged()
        case .replaceKick(let queue, let descriptor):
            connection?.unwatch(queue)
            connection?.door.vhostUser?.replaceKick(of: queue, with: descriptor)
            ringsChanged()
        case .ringsChanged: ringsChanged()
        case .stopRing(let queue): try stopRing(queue)
        case .reset:
            driverStopped()
            device.forgetDriver()
            steering.driverGone()
        }
        try connection?.door.vhostUser?.acknowledge()
        return true
    }

    private func stopRing(_ queue: Int) throws(VhostUserError) {
        driverStopped()
        connection?.unwatch(queue)
        // What was taken and not returned is taken again when the ring goes on.
        let held = connection?.giveUp(queue) ?? 0
        try connection?.door.vhostUser?.answerVringBase(queue: queue, retaking: held)
    }
}
