internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI
internal import Linux

extension Guest {
    /// Tells the arbiter and carries out what it decides.
    ///
    /// - Parameter seenAt: when it happened (ns), if that was before now.
    func tell(_ input: Input, seenAt: UInt64? = nil) {
        let decision = arbiter.handle(input, held: Pages(device.held.count), seenAt: seenAt)
        carryOut(decision)
    }

    /// Carries out what was decided about this guest for the sake of others.
    func carryOut(_ decision: GuestDecision) {
        arbiter.take(decision)
        carryOut(decision.decision)
    }

    private func carryOut(_ decision: Decision) {
        let target = UInt32(clamping: arbiter.target.count)
        if target != device.target { backend?.configurationChanged() }
        device.setTarget(target)
        if decision.interrupt { interrupt() }
        if decision.requestStatistics { requestStatistics() }
        guard arbiter.seat != nil else {
            for happening in decision.happenings { say(happening) }
            return
        }
        // Others who are to pay are told first.
        if !decision.happenings.isEmpty { reactor.sayLater(index, decision.happenings) }
    }

    /// Tells the driver that the configuration changed.
    ///
    /// QEMU crashes on such a message once its device has stopped. A stop that lies in the socket already is dealt
    /// with first; then the message is not sent.
    func interrupt() {
        owesInterrupt = true
        receiveMessages()
    }

    /// Sends the configuration change that is owed, once the socket holds nothing more.
    func payInterrupt() {
        guard owesInterrupt else { return }
        owesInterrupt = false
        guard device.isRunning, backend?.isStarted == true else { return }
        if backend?.notifyConfigurationChange() == true {
            configInterrupts += 1
        } else {
            complain("the guest cannot be told of a target: the VMM gave no way to interrupt it")
        }
    }

    /// The driver wrote its configuration. With that, an out-of-memory deflation can be told from a driver that leaves:
    /// the one writes `actual` after each message, the other gives all pages back first.
    func confirmUnsolicited() {
        guard unconfirmed > 0 else { return }
        let pages = unconfirmed
        let isLeaving = device.held.count == 0 && unconfirmedMessages > 1
        unconfirmed = 0
        unconfirmedMessages = 0
        guard !isLeaving else { return }
        targets.noteTaken(pages)
        tell(.unsolicited(Pages(pages)), seenAt: unconfirmedSince)
    }

    // MARK: - What the operator asked for

    /// Turns the operator's request into pages, as soon as the guest's memory is known.
    ///
    /// - Parameter isRepeated: an operator says it now. Who says it again of a guest that is stalled means it; of one that has
    ///   just suffered, it is told until when that one is left alone.
    func resolveRequest(isRepeated: Bool = false) {
        guard let request, let max else { return }
        let balloon: UInt64
        if let sees = request.sees?.bytes {
            guard sees <= max else {
                self.request = nil
                complain("the guest was to see \(ByteSize(sees)), but has only \(ByteSize(max))")
                return
            }
            balloon = max - sees
        } else {
            balloon = request.balloon?.bytes ?? 0
            guard balloon < max else {
                self.request = nil
                complain("a balloon of \(ByteSize(balloon)) was asked for, but the guest has only \(ByteSize(max))")
                return
            }
        }
        let pages = Pages(bytes: balloon)
        guard arbiter.requested != pages || isRepeated && isPausing else { return }
        tell(.requested(pages))
    }

    private var isPausing: Bool {
        switch arbiter.state {
        case .holdOff, .stalled: true
        default: false
        }
    }

    // MARK: - Events

    func say(_ happening: Happening) {
        func bytes(_ pages: Pages) -> UInt64 { pages.bytes }
        func size(_ pages: Pages) -> String { "\(ByteSize(bytes(pages)))" }
        func seconds(_ time: TimeSpan) -> String { "\(wholeSeconds(time)) s" }
        func wholeSeconds(_ time: TimeSpan) -> UInt64 { time.nanoseconds / 1_000_000_000 }
        switch happening {
        case .targetSet(let pages, let reason):
            let news = targets.note(UInt64(pages.count), reason, isInAlarm: isInAlarm, at: MonotonicClock.now())
            if let news { say(news) }
        case .targetReached(let pages):
            say(.targetReached, "the balloon holds \(size(pages)), as asked", ["held": bytes(pages)])
        case .alarm(let unsolicited, let held, let target):
            alarms += 1
            say(
                .alarm,
                "the guest runs out of memory: it took \(size(unsolicited)) back; target lowered to \(size(target))",
                ["unsolicited": bytes(unsolicited), "held": bytes(held), "target": bytes(target)])
        case .pressure(let held, let target, let reason):
            alarms += 1
            say(
                .alarm, "the guest is on its knees: \(reason); target lowered to \(size(target))",
                ["unsolicited": 0, "held": bytes(held), "target": bytes(target)])
        case .alarmOver(let held, let given, let isExhausted):
            say(
                .alarmOver,
                isExhausted
                    ? "the balloon is empty; there is nothing left to give"
                    : "the guest is well again, with \(size(given)) more",
                ["held": bytes(held), "given": bytes(given)])
        case .holdOff(let time):
            say(.holdOff, "the balloon is left alone for \(seconds(time))", ["seconds": wholeSeconds(time)])
        case .rearmed(let target):
            say(.rearmed, "a balloon of \(size(target)) is tried again", ["requested": bytes(target)])
        case .stalled(let held, let wanted, let retryIn, let reason):
            say(
                .stalled, "\(size(held)) of \(size(wanted)): \(reason); tried again in \(seconds(retryIn))",
                ["held": bytes(held), "requested": bytes(wanted), "seconds": wholeSeconds(retryIn)])
        case .statisticsLost:
            say(.statisticsLost, "the guest does not answer: it is taken to be under pressure")
        case .statisticsBack:
            say(.statisticsBack, "the guest answers again")
        case .reclaimed(let pages):
            say(
                .reclaimed,
                "\(size(pages)) of free memory went through the balloon to the host",
                ["reclaimed": bytes(pages)])
        }
    }

    private var isInAlarm: Bool { arbiter.state == .alarm || arbiter.state == .notAnswering }

    /// Tells of the targets that wait for it, if any.
    func sayTargets(at now: UInt64) {
        if let news = targets.end(at: now) { say(news) }
    }

    private func say(_ news: TargetSeries.News) {
        let target = ByteSize(news.target * PageFrame.size)
        let taken = news.taken * PageFrame.size
        var numbers = ["target": target.bytes]
        if taken > 0 { numbers["unsolicited"] = taken }
        guard news.steps > 1 else { return say(.target, "balloon target \(target): \(news.reason)", numbers) }
        numbers["steps"] = news.steps
        let why = taken > 0 ? "the guest took \(ByteSize(taken)) back unasked" : news.reason
        say(.target, "balloon target \(target), in \(news.steps) steps: \(why)", numbers)
    }

    func hintingEnded() {
        interrupt()
        say(
            .hinted, "the guest hinted \(ByteSize(device.hinting.bytes)) of free memory; nothing was discarded",
            ["hinted": device.hinting.bytes])
    }
}
