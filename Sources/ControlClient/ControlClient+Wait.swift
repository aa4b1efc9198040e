public import ControlAPI

extension ControlClient {
    /// How often the status is read though no event came: progress between events, and a net under a lost one.
    private static let fallback = Duration.seconds(1)

    /// Waits until the guest's balloon is what was asked for.
    ///
    /// Each event of the guest leads to a look at its status; without events there is one look a second.
    /// - Parameters:
    ///   - deadline: how long to wait; `nil`: without limit.
    ///   - stopsWhenGivenUp: also end when the daemon stops chasing the target (alarm, hold-off, stalled).
    ///   - progress: called with every status that was read.
    public func waitUntilReached(
        _ guest: String, deadline: Duration? = nil, stopsWhenGivenUp: Bool = true,
        progress: @escaping @Sendable (GuestStatus) -> Void = { _ in }
    ) async throws -> WaitOutcome {
        let ended: WaitOutcome? = try await wait(for: guest, deadline: deadline, progress: progress) { status in
            if status.isReached { return .reached(status) }
            return stopsWhenGivenUp && status.isGivenUp ? .givenUp(status) : nil
        }
        if let ended { return ended }
        return .timedOut(try await status(of: guest))
    }

    /// Waits until `isOver` says so of the guest's status.
    ///
    /// - Returns: `nil` if the deadline came first.
    public func wait<Outcome: Sendable>(
        for guest: String, deadline: Duration? = nil,
        progress: @escaping @Sendable (GuestStatus) -> Void = { _ in },
        until isOver: @escaping @Sendable (GuestStatus) throws -> Outcome?
    ) async throws -> Outcome? {
        try await withTimeout(deadline) { () async throws -> Outcome in
            let (looks, look) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            return try await withThrowingTaskGroup(of: Void.self) { group async throws -> Outcome in
                defer { group.cancelAll() }
                group.addTask {
                    defer { look.finish() }
                    try await forEachEvent(since: .now, follow: true, ready: { look.yield() }) { event in
                        if event.guest == guest { look.yield() }
                    }
                }
                group.addTask {
                    while !Task.isCancelled {
                        try await Task.sleep(for: Self.fallback)
                        look.yield()
                    }
                }
                for await _ in looks {
                    let status = try await status(of: guest)
                    progress(status)
                    if let outcome = try isOver(status) { return outcome }
                }
                // The stream of events has ended before: its error says why.
                try await group.next()
                throw CancellationError()
            }
        }
    }
}
