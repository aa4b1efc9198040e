package import ControlAPI
package import Logging

/// Starts serving the guests: their sockets listen when this returns.
///
/// - Parameter events: where the reactor says what happens; it may be called from any thread.
package func makeGuests(
    _ guests: [GuestConfiguration], events: EventLog, logger: Logger
) throws -> any GuestReactor {
    WaitingGuests(guests)
}
