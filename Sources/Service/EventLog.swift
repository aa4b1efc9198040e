package import ControlAPI

/// Placeholder until the control plane lands: where the reactor says what happened.
package final class EventLog: Sendable {
    package init() {}

    /// May be called from any thread; never blocks for long.
    package func append(
        guest: String?, kind: Event.Kind, message: String, numbers: [String: UInt64] = [:]
    ) {}
}
