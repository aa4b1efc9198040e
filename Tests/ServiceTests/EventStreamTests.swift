import ControlAPI
import ControlClient
import Service
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventStreamTests {
    @Test func historyIsBoundedAndAGapShows() async throws {
        let events = EventLog(capacity: 4)
        for number in 1...10 { events.append(guest: nil, kind: .problem, message: "\(number)") }
        #expect(events.history().map(\.sequence) == [7, 8, 9, 10])
        try await TestServer.run(events: events) { server in
            var seen: [UInt64] = []
            for try await event in server.client.events(since: .after(2)) { seen.append(event.sequence) }
            #expect(seen == [7, 8, 9, 10], "3 to 6 are lost, and the numbers say so")
        }
    }

    @Test func aFollowerGetsHistoryAndThenWhatHappens() async throws {
        try await TestServer.run { server in
            for number in 1...3 { server.events.append(guest: "web1", kind: .target, message: "\(number)") }
            var seen: [UInt64] = []
            for try await event in server.client.events(since: .after(1), follow: true) {
                seen.append(event.sequence)
                if event.sequence == 3 {
                    server.events.append(guest: "web1", kind: .targetReached, message: "4", numbers: ["held": 4096])
                }
                if event.sequence == 4 {
                    #expect(event.numbers == ["held": 4096])
                    #expect(event.timestamp.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
                    break
                }
            }
            #expect(seen == [2, 3, 4])
        }
    }

    @Test func nowLeavesHistoryOut() async throws {
        try await TestServer.run { server in
            server.events.append(guest: nil, kind: .problem, message: "old")
            let first = try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask { [events = server.events] in
                    // The follower is there when the log says so.
                    while events.subscriberCount == 0 { await Task.yield() }
                    events.append(guest: nil, kind: .problem, message: "new")
                    return ""
                }
                for try await event in server.client.events(since: .now, follow: true) { return event.message }
                return "nothing"
            }
            #expect(first == "new")
        }
    }

    @Test func aFollowerThatLeavesIsForgotten() async throws {
        try await TestServer.run { server in
            server.events.append(guest: nil, kind: .problem, message: "first")
            for try await _ in server.client.events(follow: true) { break }
            // Nothing happens any more: the closed connection alone must end the subscription.
            while server.events.subscriberCount > 0 { await Task.yield() }
        }
    }

    @Test func aDaemonThatStopsEndsItsFollowers() async throws {
        try await TestServer.run { server in
            server.events.append(guest: nil, kind: .problem, message: "first")
            await #expect(
                throws: ControlClientError.broken(path: server.path, reason: "the daemon ended the stream of events")
            ) {
                for try await _ in server.client.events(follow: true) { server.events.finish() }
            }
        }
    }

    @Test func aConnectionThatIsCutIsSaidInOurWords() async throws {
        let (followers, follower) = AsyncStream.makeStream(of: Task<Void, any Error>.self)
        try await TestServer.run { server in
            follower.yield(Task { for try await _ in server.client.events(since: .now, follow: true) {} })
            while server.events.subscriberCount == 0 { await Task.yield() }
        }
        follower.finish()
        for await task in followers {
            let error = await #expect(throws: ControlClientError.self) { try await task.value }
            let line = try #require(error).description
            #expect(line.contains("the daemon"), "\(line)")
        }
    }

    @Test func aSlowReaderLosesTheOldest() async throws {
        let events = EventLog()
        let subscription = events.subscribe(after: 0, buffer: 2)
        for _ in 1...5 { events.append(guest: nil, kind: .problem, message: "x") }
        events.finish()
        var seen: [UInt64] = []
        for await event in subscription.live { seen.append(event.sequence) }
        #expect(seen == [4, 5])
    }
}
