/// Runs `work`, and cancels it when `time` is over; `nil`: no limit.
///
/// - Returns: what `work` returned, or `nil` if the time was over first.
func withTimeout<Answer: Sendable>(
    _ time: Duration?, _ work: @escaping @Sendable () async throws -> Answer
) async throws -> Answer? {
    guard let time else { return try await work() }
    return try await withThrowingTaskGroup(of: Answer?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: time)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}
