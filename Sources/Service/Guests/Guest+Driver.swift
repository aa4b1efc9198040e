internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI
internal import HostMemory
internal import Linux

/// The guest's driver comes, goes, and goes on.
extension Guest {
    /// Begins a run of a driver: a fresh one's, or that of the one that was paused.
    func driverStarted() {
        let isFresh = !(connection?.hadDriver == true && connection?.door.isResumed == true)
        connection?.driverStarted(isFresh: isFresh, failed: sink.counters.failedBytes)
        if isFresh {
            device.startFresh()
            steering.say(.driverReady, "the guest's driver runs")
        } else {
            device.resume()
            let held = device.held.count * PageFrame.size
            steering.say(.resumed, "the guest goes on where it was paused", ["held": held])
        }
        judgePeer()
        judgeGroup()
        if isFresh { steering.expectMemory(device.negotiated) }
        steering.note(hasReporting: device.negotiated.contains(.pageReporting))
        tell(.driverStarted(isFresh: isFresh, hasStatistics: device.negotiated.contains(.statistics)))
        resolveRequest(isFresh ? .newDriver : .sameDriver)
        if !isFresh { resumeHinting() }
    }

    /// Ends the run at hand. Whether the driver is gone or only paused shows at the next start.
    func driverStopped() {
        guard device.isRunning else { return }
        connection?.driverStopped(keepsStatistics: device.statistics.heldBuffer != nil)
        device.stop()
        // A driver that was reset has all its pages again as soon as the stop is answered.
        flushPending()
        tell(.driverStopped)
        steering.say(.driverGone, "the guest's driver stopped: reset, unloaded, or paused")
    }

    /// Forgets a driver that is gone for good, and with it what it gave us.
    func forgetDriver() {
        connection?.forgetDriver()
        device.forgetDriver()
        device.startFresh()
        device.stop()
        steering.driverGone()
    }
}
