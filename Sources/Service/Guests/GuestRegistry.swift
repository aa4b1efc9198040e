internal import Arbiter
internal import Balloon
internal import BalloonDevice
package import ControlAPI
internal import Linux
internal import Synchronization

/// The guests of a daemon, as the control plane sees them: every question is put to the thread of the guest's reactor.
package final class GuestRegistry: GuestControl {
    let reactors: [Reactor]
    let events: EventLog
    let shared: SharedArbiter?
    private let directory: Mutex<GuestDirectory>

    /// Makes the guests' sockets and starts to serve them.
    ///
    /// Throws ``UnixSocketError`` if a socket cannot be had; then none is left behind.
    ///
    /// - Parameters:
    ///   - budget: what the guests share; `nil`: each is steered for itself.
    ///   - count: how many threads serve; `nil`: as many as serve well here.
    package init(
        _ configurations: [GuestConfiguration], events: EventLog, budget: BudgetConfiguration? = nil,
        reactors count: Int? = nil
    ) async throws {
        let guests = configurations.isEmpty ? ReactorPlan.most : configurations.count
        let processors = ReactorPlan(guests: guests, reactors: count).processors
        let reactors = try processors.enumerated().map { number, processor throws(SystemError) in
            try Reactor(number: number, log: events, processor: processor)
        }
        let shared = try budget.map { try SharedArbiter($0, doorbells: reactors.map(\.doorbell)) }
        self.reactors = reactors
        self.events = events
        self.shared = shared
        directory = Mutex(GuestDirectory(reactors: reactors.count))
        var started = 0
        let pulse = HostPulse()
        do {
            for reactor in reactors {
                try reactor.start(sharing: shared, pulse: pulse)
                started += 1
            }
            for configuration in configurations { try await take(configuration) }
        } catch {
            Self.stop(reactors.prefix(started))
            throw error
        }
    }

    /// Ends the service: threads end, connections close, the guests' sockets are removed. To be called once.
    package func stop() async { Self.stop(reactors[...]) }

    private static func stop(_ reactors: ArraySlice<Reactor>) {
        for reactor in reactors { reactor.endSoon() }
        for reactor in reactors { reactor.stop() }
    }

    /// Guests whose status is one question: a thousand of them are no single long piece of work.
    private static let statusesAtOnce = 8

    package func statuses() async -> [GuestStatus] {
        let places = directory.withLock { $0.inOrder }
        return await withTaskGroup(of: [(Int, GuestStatus)].self) { group in
            for (number, reactor) in reactors.enumerated() {
                let here = places.enumerated().filter { $0.element.reactor == number }.map {
                    ($0.offset, $0.element.index)
                }
                for start in stride(from: 0, to: here.count, by: Self.statusesAtOnce) {
                    let some = here[start..<min(start + Self.statusesAtOnce, here.count)]
                    group.addTask {
                        await reactor.ask { state in
                            some.compactMap { number, index in
                                state.with(index) { $0.status() }.map { (number, $0) }
                            }
                        }
                    }
                }
            }
            var all = [GuestStatus?](repeating: nil, count: places.count)
            for await some in group {
                for (number, status) in some { all[number] = status }
            }
            return all.compactMap(\.self)
        }
    }

    package func status(of name: String) async throws(ControlError) -> GuestStatus {
        try await ask(name) { guest in .success(guest.status()) }
    }

    package func set(_ request: SizeRequest, of name: String) async throws(ControlError) -> Accepted {
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
            guest.steering.setStatisticsInterval(seconds: seconds)
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
                let isThere: Void? = state.with(place.index) { guest in
                    guard guest.canBeAsked else {
                        continuation.resume(
                            returning: Result<GuestStatus, ControlError>.failure(
                                .conflict("\(name): its driver does not run, or sends no statistics")))
                        return
                    }
                    guest.requestStatistics {
                        state.post { state in
                            let status = state.with(place.index) { $0.status() }
                            continuation.resume(
                                returning: status.map { .success($0) } ?? .failure(.noGuest(name, among: [])))
                        }
                    }
                }
                if isThere == nil { continuation.resume(returning: .failure(.noGuest(name, among: []))) }
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
        let result = await reactors[place.reactor].ask { state in
            state.with(place.index) { guest in guest.configuration.name == name ? body(guest) : nil } ?? nil
        }
        guard let result else { throw unknown(name) }
        return try result.get()
    }

    private func place(of name: String) throws(ControlError) -> GuestDirectory.Place {
        guard let place = directory.withLock({ $0.place(of: name) }) else { throw unknown(name) }
        return place
    }

    private func unknown(_ name: String) -> ControlError {
        .noGuest(name, among: directory.withLock { $0.names })
    }

    // MARK: - Guests come and go

    package func add(_ configuration: GuestConfiguration) async throws(ControlError) -> Accepted {
        do {
            try await take(configuration)
        } catch let error as ControlError {
            throw error
        } catch {
            throw .conflict("\(error)")
        }
        events.append(guest: configuration.name, kind: .added, message: "served on \(configuration.socket)")
        let status = try await status(of: configuration.name)
        return Accepted(message: "\(configuration.name): served on \(configuration.socket)", guest: status)
    }

    package func remove(_ name: String) async throws(ControlError) -> Accepted {
        let place = try place(of: name)
        let result = await reactors[place.reactor].ask { state -> Result<GuestStatus, ControlError> in
            let status = state.with(place.index) { $0.status() }
            guard let status, status.name == name else { return .failure(.noGuest(name, among: [])) }
            guard status.link == .waiting else {
                return .failure(
                    .conflict("\(name): its VMM is connected, and would not survive it; end the virtual machine first"))
            }
            state.remove(place.index)
            return .success(status)
        }
        let status = try result.get()
        directory.withLock { $0.remove(name) }
        events.append(guest: name, kind: .removed, message: "no longer served")
        return Accepted(message: "\(name): no longer served", guest: status)
    }

    /// Serves one more guest, at the reactor that has the fewest.
    private func take(_ configuration: GuestConfiguration) async throws {
        let name = configuration.name
        guard let reactor = directory.withLock({ $0.reserve(name) }) else {
            throw ControlError.conflict("\(name): there is a guest of that name")
        }
        do {
            let index = try await reactors[reactor].ask { state in Result { try state.add(configuration) } }.get()
            directory.withLock { $0.settle(name, at: index) }
        } catch {
            directory.withLock { $0.remove(name) }
            throw error
        }
    }
}
