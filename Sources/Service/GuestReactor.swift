/// The guests as the daemon runs them: what the API may ask, and an end.
package protocol GuestReactor: GuestControl {
    /// Ends service: threads end, connections close, the guests' sockets are removed. Called once.
    func stop() async
}
