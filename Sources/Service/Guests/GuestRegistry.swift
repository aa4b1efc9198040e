internal import Arbiter
internal import Balloon
internal import BalloonDevice
package import ControlAPI
internal import Linux

/// The guests of a daemon, as the control plane sees them: every question is put to the thread of the guest's reactor.
package final class GuestRegistry: GuestReactor {
    private let reactors: [Reactor]
    private let names: [String]
    private let places: [String: Place]

    /// Where a guest lives, for its life: the guests are dealt out to the reactors like cards.
    private struct Place: Sendable {
        let reactor: Int
        /// Its number there.
        let index: Int

        init(_ number: Int, of reactors: Int) {
            reactor = number % reactors
            index = number / reactors
        }
    }

    /// Makes the guests' sockets and starts to serve them.
    ///
    /// Throws ``UnixSocketError`` if a socket cannot be had; then none is left behind.
    /// - Parameter reactors: how many threads serve; `nil`: as many as serve well here.
    package init(_ configurations: [GuestConfiguration], events: EventLog, reactors count: Int? = nil) async throws {
        let processors = ReactorPlan(guests: configurations.count, reactors: count).processors
        let reactors = try processors.map { processor throws(SystemError) in try Reactor(processor: processor) }
        self.reactors = reactors
        names = configurations.map(\.name)
        places = Dictionary(
            names.enumerated().map { ($0.element, Place($0.offset, of: reactors.count)) }, uniquingKeysWith: { $1 })
        var started = 0
        do {
            for reactor in reactors {
                try reactor.start()
                started += 1
            }
            for (number, configuration) in configurations.enumerated() {
                let reactor = reactors[Place(number, of: reactors.count).reactor]
                try await reactor.ask { state in Result { try state.add(configuration, log: events) } }.get()
            }
        } catch {
            Self.stop(reactors.prefix(started))
            throw error
        }
    }

    package func stop() async { Self.stop(reactors[...]) }

    private static func stop(_ reactors: ArraySlice<Reactor>) {
        for reactor in reactors { reactor.endSoon() }
        for reactor in reactors { reactor.stop() }
    }

    /// Guests whose status is one question: a thousand of them are no single long piece of work.
    private static let statusesAtOnce = 8

    package func statuses() async -> [GuestStatus] {
        let count = reactors.count
        return await withTaskGroup(of: [(Int, GuestStatus)].self) { group in
            for (number, reactor) in reactors.enumerated() {
                let numbers = Array(stride(from: number, to: names.count, by: count))
                for start in stride(from: 0, to: numbers.count, by: Self.statusesAtOnce) {
                    let some = numbers[start..<min(start + Self.statusesAtOnce, numbers.count)]
                    group.addTask {
                        await reactor.ask { state in
                            some.map { number in (number, state.with(Place(number, of: count).index) { $0.status() }) }
                        }
                    }
                }
            }
            var all = [GuestStatus?](repeating: nil, count: names.count)
            for await some in group {
                for (number, status) in some { all[number] = status }
            }
            return all.compactMap(\.self)
        }
    }

    package func status(of name: String) async throws(ControlError) -> GuestStatus {
        try await ask(name) { guest in .success(guest.status()) }
    }

    package func setTarget(_ request: TargetRequest, of name: String) async throws(ControlError) -> Accepted {
        try await ask(name) { guest in guest.setTarget(request) }
    }

    package func setStatisticsInterval(
        _ request: StatisticsRequest, of name: String
    ) async throws(ControlError) -> Accepted {
        try await ask(name) { guest in
            let seconds = request.intervalSeconds
            guard seconds == 0 || (seconds >= 0.1 && seconds <= 86400) else {
                return .failure(.invalid("interval \(seconds): must be 0 (off) or 0.1 to 86400 seconds"))
            }
            guest.setStatisticsInterval(seconds: seconds)
            return .success(
                Accepted(
                    message: seconds == 0
                        ? "\(name): statistics are asked for only when they are needed"
                        : "\(name): statistics every \(seconds) s", guest: guest.status()))
        }
    }

    package func refreshStatistics(of name: String) async throws(ControlError) -> GuestStatus {
        let place = try place(of: name)
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<_, Never>) in
            reactors[place.reactor].submit { state in
                state.with(place.index) { guest in
                    guard guest.canBeAsked else {
                        continuation.resume(
                            returning: Result<GuestStatus, ControlError>.failure(
                                .conflict("\(name): its driver does not run, or sends no statistics")))
                        return
                    }
                    guest.statisticsWaiters.append { continuation.resume(returning: .success(guest.status())) }
                    guest.requestStatistics()
                }
            }
        }
        return try result.get()
    }

    package func reclaim(_ name: String) async throws(ControlError) -> Accepted {
        try await ask(name) { guest in guest.reclaim() }
    }

    package func hint(_ name: String) async throws(ControlError) -> Accepted {
        try await ask(name) { guest in guest.hint() }
    }

    private func ask<Answer: Sendable>(
        _ name: String, _ body: @escaping @Sendable (Guest) -> Result<Answer, ControlError>
    ) async throws(ControlError) -> Answer {
        let place = try place(of: name)
        return try await reactors[place.reactor].ask { state in state.with(place.index, body) }.get()
    }

    private func place(of name: String) throws(ControlError) -> Place {
        guard let place = places[name] else { throw .noGuest(name, among: names) }
        return place
    }
}
