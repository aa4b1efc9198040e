package import ControlAPI

/// A reader's view of the events.
package struct EventSubscription: Sendable {
    /// What was remembered when the stream began.
    package let backlog: [Event]
    /// What has happened since.
    package let live: AsyncStream<Event>
    /// Ends `live`. May be called from any thread, more than once.
    package let cancel: @Sendable () -> Void
}
