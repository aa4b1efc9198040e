internal import Balloon

/// How a guest shares its reactor with others.
///
/// Nothing that a guest does makes another one wait for more than a turn of each guest that has something to do; and
/// deflations wait for one step of others at most.
extension Guest {
    /// Requests, or steps of one, that a queue gets before others have their turn.
    static let stepsPerTurn = 16
    /// The same for a deflate queue that is served ahead of all turns.
    static let urgentSteps = 4

    /// The driver told that a queue has something.
    func kicked(_ queue: Int) {
        guard let isUrgent = connection?.isUrgent(queue) else { return }
        if connection?.door.drainKick(queue) != true {
            connection?.unwatch(queue)
            steering.complain("queue \(queue): its kick is no eventfd")
            return
        }
        notified(queue, isUrgent: isUrgent)
    }

    /// A queue has something, as the driver says, whichever way it says so.
    func notified(_ queue: Int, isUrgent: Bool) {
        guard isUrgent, connection?.queues.isWaiting(queue) == false else {
            // Also a deflate queue that had its urgent steps and has more: whoever sends so much does not wait for each.
            connection?.noteKick()
            serveLater(queue)
            return
        }
        serve(queue, steps: Self.urgentSteps)
        suspectUnsharedMemory()
    }

    /// Serves a queue when this guest's turn comes.
    func serveLater(_ queue: Int) {
        connection?.wait(queue)
        reactor.remember(index)
    }

    /// Looks at all queues when this guest's turn comes.
    func serveAllLater() {
        for queue in 0..<Door.mostQueues { serveLater(queue) }
    }

    /// This guest's turn: messages that were too many for the last one, then the queues that wait, the deflate queue first.
    func serveWaiting() {
        if connection?.door.hasMessage == true { receiveMessages() }
        guard let queues = connection?.takeWaiting() else { return }
        let deflate = connection?.queue(for: .deflate)
        if let deflate, queues & 1 << UInt32(deflate) != 0 { serve(deflate) }
        for queue in 0..<Door.mostQueues where queue != deflate && queues & 1 << UInt32(queue) != 0 {
            serve(queue)
        }
        if connection?.takeKick() == true { suspectUnsharedMemory() }
    }
}
