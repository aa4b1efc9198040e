import Load

/// A line on standard error that follows a load; nothing where that is not a terminal.
struct LoadProgressLine: Sendable {
    private let load: LoadRun

    init(_ load: LoadRun) { self.load = load }

    /// Shows how far it is until the task is cancelled.
    func follow() async {
        guard Output.isErrorTerminal else { return }
        var before: UInt64 = 0
        // Cancelled: the load is over.
        while (try? await Task.sleep(for: .milliseconds(500))) != nil {
            let now = load.messages
            Output.error("\r\u{1B}[K\(now) messages, \((now &- before) * 2) a second")
            before = now
        }
        Output.error("\r\u{1B}[K")
    }
}
