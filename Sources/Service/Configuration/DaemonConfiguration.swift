package import ControlAPI

/// What a daemon is to do.
package struct DaemonConfiguration: Sendable, Equatable {
    /// The path of the control socket.
    package var control: String
    package var guests: [GuestConfiguration]
    /// What the guests share; `nil`: each is steered for itself.
    package var budget: BudgetConfiguration?

    /// Throws if two guests share a name or a socket, or one has the control socket.
    package init(
        control: String, guests: [GuestConfiguration], budget: BudgetConfiguration? = nil
    ) throws(ConfigurationError) {
        var names: Set<String> = []
        var owners = [Self.normal(control): "the control socket"]
        for guest in guests {
            let place = "guest \(guest.name)"
            guard names.insert(guest.name).inserted else {
                throw ConfigurationError(place, "configured twice")
            }
            if let owner = owners.updateValue("guest \(guest.name)", forKey: Self.normal(guest.socket)) {
                throw ConfigurationError("\(place): socket", "\(guest.socket) is already taken by \(owner)")
            }
        }
        self.control = control
        self.guests = guests
        self.budget = budget
    }

    /// The path without `//`, `/./` and a leading `./`. Links are not followed: binding finds what is left.
    static func normal(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}
