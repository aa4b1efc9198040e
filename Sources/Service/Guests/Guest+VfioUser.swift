internal import Balloon
internal import BalloonDevice
internal import HostMemory
internal import Linux
internal import VfioUser
internal import Virtio

/// What a VMM says over vfio-user.
extension Guest {
    /// - Returns: false if there is nothing more.
    func receiveVfioUser() throws(VfioUserError) -> Bool {
        guard let action = try connection?.door.vfioUser?.receive() else { return false }
        switch action {
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
            try connection?.door.vfioUser?.answerConfiguration(configurationBytes(offset: offset, count: count))
        case .writeConfiguration(let offset, let bytes): writeConfiguration(offset: offset, bytes)
        case .memoryChanging:
            // What is gone is let go of at once. But what the guest gave is not forgotten for a moment's gap.
            replaceTable()
        case .memoryChanged: memoryChanged()
        case .started: ringsChanged()
        case .notified(let queue): notified(queue)
        case .reset: driverReset()
        case .refused(let why): steering.complain(why)
        }
        return true
    }

    /// The driver notified a queue. A deflation is served at once, anything else when this guest's turn comes.
    private func notified(_ queue: Int) {
        guard device.isRunning, let role = connection?.role(of: queue) else { return }
        notified(queue, isUrgent: role == .deflate)
    }

    /// Unlike a stop over vhost-user this is surely the end of a driver: its balloon is empty.
    private func driverReset() {
        driverStopped()
        forgetDriver()
        updateLayout()
    }
}
