internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI
internal import HostMemory
internal import Linux

/// The guest's driver comes, goes, and goes on.
extension Guest {
    func driverStarted() {
        let isFresh = !(wasStarted && backend?.isResumed == true)
        if isFresh {
            device.startFresh()
            failedBefore = sink.counters.failedBytes
            isAnswering = nil
            statisticsArrivedAt = nil
        } else {
            device.resume()
        }
        wasStarted = true
        hasSeenRequest = false
        unconfirmed = 0
        unconfirmedMessages = 0
        if isFresh {
            say(.driverReady, "the guest's driver runs")
        } else {
            say(.resumed, "the guest goes on where it was paused", ["held": device.held.count * PageFrame.size])
        }
        nextStatistics = statisticsInterval > 0 ? MonotonicClock.now() + statisticsInterval : nil
        judgePeer()
        tellMemory()
        tell(.driverStarted(isFresh: isFresh, hasStatistics: device.negotiated.contains(.statistics)))
        resolveRequest()
    }

    /// The driver is gone for good, and with it what it gave us.
    func forgetDriver() {
        device.forgetDriver()
        device.startFresh()
        device.stop()
    }

    func driverStopped() {
        guard device.isRunning else { return }
        stoppedWithStatistics = device.statistics.heldBuffer != nil
        device.stop()
        // A driver that was reset has all its pages again as soon as the stop is answered.
        flushPending()
        statisticsDeadline = nil
        nextStatistics = nil
        wantsStatistics = false
        answerStatisticsWaiters()
        tell(.driverStopped)
        say(.driverGone, "the guest's driver stopped: reset, unloaded, or paused")
    }
}
