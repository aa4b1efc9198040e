import ControlAPI
import Foundation
import Linux
import Service
import Testing

/// A registry with guests on sockets of its own, and what happened to them.
final class House: Sendable {
    let registry: GuestRegistry
    let events = EventLog()
    private let folder: URL

    /// - Parameter edit: how each guest is served.
    init(
        _ names: [String] = ["guest"], reactors: Int? = nil, budget: UInt64? = nil, mode: BudgetMode = .on,
        edit: (inout GuestConfiguration) -> Void = { _ in }
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "aerostat-\(UUID().uuidString.prefix(8))")
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let configurations = names.map { name in
            var configuration = GuestConfiguration(name: name, socket: folder.appending(path: name).path)
            configuration.deflateOnOOM = true
            configuration.freePageReporting = true
            configuration.freePageHint = true
            // Whoever asks here need not wait until a guest's services run.
            configuration.startGraceSeconds = 0
            edit(&configuration)
            return configuration
        }
        let shared = try budget.map {
            try BudgetConfiguration(.size(ByteSize($0)), mode: mode, host: 1 << 40, guests: configurations)
        }
        registry = try await GuestRegistry(configurations, events: events, budget: shared, reactors: reactors)
    }

    /// Serves guests while `body` runs.
    static func with(
        _ names: [String] = ["guest"], reactors: Int? = nil, budget: UInt64? = nil, mode: BudgetMode = .on,
        edit: (inout GuestConfiguration) -> Void = { _ in }, _ body: (House) async throws -> Void
    ) async throws {
        let house = try await House(names, reactors: reactors, budget: budget, mode: mode, edit: edit)
        do {
            try await body(house)
        } catch {
            await house.close()
            throw error
        }
        await house.close()
    }

    private func close() async {
        events.finish()
        await registry.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    func socket(_ name: String = "guest") -> String { folder.appending(path: name).path }

    func status(_ name: String = "guest") async throws -> GuestStatus { try await registry.status(of: name) }

    /// The status once nothing is pending any more: discards come behind the acknowledgement (spec V3), and no event
    /// tells of them.
    func settled(_ name: String = "guest") async throws -> GuestStatus {
        try await status(name) { $0.pending == 0 }
    }

    /// The status once it fulfils `condition`, of which no event tells. Gives up after ten seconds, on a machine that
    /// has time for it.
    func status(_ name: String = "guest", once condition: (GuestStatus) -> Bool) async throws -> GuestStatus {
        for _ in 0..<10_000 {
            let status = try await status(name)
            if condition(status) { return status }
            try await Task.sleep(for: .milliseconds(1))
        }
        return try #require(nil, "the condition was never met")
    }

    func ask(_ name: String = "guest", balloon: UInt64) async throws {
        _ = try await registry.set(SizeRequest(balloon: ByteSize(balloon)), of: name)
    }

    /// Waits for an event that has happened or will happen.
    @discardableResult
    func event(
        _ kind: Event.Kind, of name: String? = "guest", after sequence: UInt64 = 0,
        within limit: Duration = .seconds(10),
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> Event {
        let story = try await story(
            "\(kind.rawValue) of \(name ?? "the daemon")", after: sequence, within: limit, location
        ) {
            $0.last.map { $0.kind == kind && $0.guest == name } == true
        }
        return try #require(story.last, sourceLocation: location)
    }

    /// What has happened after `sequence`, up to the event with which it is as it should be.
    ///
    /// - Parameter isTold: looked at after each event, with all that there were.
    @discardableResult
    func story(
        _ what: String, after sequence: UInt64 = 0, within limit: Duration = .seconds(10),
        _ location: SourceLocation = #_sourceLocation, until isTold: @escaping @Sendable ([Event]) -> Bool
    ) async throws -> [Event] {
        let subscription = events.subscribe(after: sequence)
        defer { subscription.cancel() }
        let story = await withTaskGroup(of: [Event]?.self) { group in
            group.addTask {
                var story: [Event] = []
                for event in subscription.backlog {
                    story.append(event)
                    if isTold(story) { return story }
                }
                for await event in subscription.live {
                    story.append(event)
                    if isTold(story) { return story }
                }
                return nil
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        return try #require(story, "no such event: \(what)", sourceLocation: location)
    }

    /// How many events of a kind there were.
    func count(_ kind: Event.Kind, of name: String = "guest") -> Int {
        events.history().count { $0.kind == kind && $0.guest == name }
    }
}
