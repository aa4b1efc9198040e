import Linux
import Synchronization
import VhostUser

/// Some of the guests, on a thread of their own.
final class LoadWorker {
    private let poll: EventPoll
    private let guests: [LoadGuest]
    private let configuration: LoadConfiguration
    private let answered: LoadProgress
    private var tally = LoadTally()

    private static let stopToken = UInt64.max

    /// Connects the guests whose sockets have these numbers.
    init(
        _ configuration: LoadConfiguration, _ numbers: some Sequence<Int>, _ progress: LoadProgress
    ) throws(LoadError) {
        self.configuration = configuration
        answered = progress
        poll = try Self.poll(progress)
        var guests: [LoadGuest] = []
        for number in numbers {
            let path = configuration.sockets[number]
            do throws(FrontEndError) {
                guests.append(
                    try LoadGuest(
                        path: path, isVictim: number < configuration.victims, configuration: configuration,
                        poll: poll, token: UInt64(guests.count)))
            } catch {
                let reason =
                    error == .closed
                    ? "it closed the connection: it has a VMM already, or is not a vhost-user device"
                    : error.description
                throw LoadError("\(path): \(reason)")
            }
        }
        self.guests = guests
    }

    private static func poll(_ progress: LoadProgress) throws(LoadError) -> EventPoll {
        do throws(SystemError) {
            let poll = try EventPoll()
            try poll.add(progress.stop.descriptor.raw, token: stopToken)
            return poll
        } catch {
            throw LoadError(error.description)
        }
    }

    /// Plays all guests until the stop event, and then until what is in flight is answered.
    func run() -> LoadTally {
        for guest in guests { guest.work(&tally) }
        var events: [EventPoll.Event] = []
        var isEnding = false
        while !(isEnding ? guests.allSatisfy(\.isDone) : guests.allSatisfy { $0.failure != nil }) {
            events.removeAll(keepingCapacity: true)
            do throws(SystemError) {
                try poll.wait(timeout: configuration.patience / 4, appendingTo: &events)
            } catch {
                tally.failures.append(error.description)
                break
            }
            for event in events {
                guard event.token != Self.stopToken else {
                    isEnding = true
                    poll.remove(answered.stop.descriptor.raw)
                    for guest in guests { guest.isEnding = true }
                    continue
                }
                serve(guests[Int(event.token)], event)
            }
            if events.isEmpty || isEnding { checkPatience() }
            answered.note(tally.messages)
        }
        tally.failures += guests.compactMap(\.failure)
        for guest in guests { guest.leave() }
        return tally
    }

    private func serve(_ guest: LoadGuest, _ event: EventPoll.Event) {
        if event.isClosed, guest.failure == nil {
            guest.fail("the device closed the connection")
            guest.leave()
        }
        guest.work(&tally)
    }

    private func checkPatience() {
        let now = MonotonicClock.now()
        for guest in guests where guest.failure == nil {
            guard let oldest = guest.oldest, now &- oldest > configuration.patience else { continue }
            guest.fail("\(guest.inFlight) messages were not answered in time")
        }
    }
}
