package import ControlAPI

/// `--guest NAME,socket=PATH[,KEY=VALUE]...`, or `vfio-user=PATH` for the other door.
package enum GuestOption {
    /// How the option is written, for help texts.
    package static var usage: String {
        "NAME,socket=PATH|vfio-user=PATH"
            + GuestKey.all.filter { $0.name != "socket" && $0.name != "vfio-user" }.map { "[,\($0.name)=\($0.value)]" }
            .joined()
    }

    /// The keys beside those of the socket, with what can be written, for help texts that are wrapped.
    package static var keys: String {
        GuestKey.all.filter { $0.name != "socket" && $0.name != "vfio-user" }.map { "\($0.name)=\($0.value)" }
            .joined(separator: ", ")
    }

    package static func parse(_ text: String) throws(ConfigurationError) -> GuestConfiguration {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let name = parts.first ?? ""
        do {
            try GuestName.check(name)
        } catch {
            throw ConfigurationError("--guest \(text)", error.sentence)
        }
        var draft = GuestDraft(name: name)
        var seen: Set<String> = []
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let place = "--guest \(name): \(pair[0])"
            guard pair.count == 2 else {
                throw ConfigurationError("--guest \(name)", "\(part.debugDescription) is not KEY=VALUE")
            }
            guard seen.insert(pair[0]).inserted else { throw ConfigurationError(place, "given twice") }
            do {
                try GuestKey.named(pair[0]).set(&draft, pair[1])
            } catch {
                throw ConfigurationError(place, error.sentence)
            }
        }
        do {
            return try draft.finished()
        } catch {
            throw ConfigurationError("--guest \(name): \(error.key)", error.sentence)
        }
    }
}
