package import ControlAPI
internal import Yams

/// A configuration file: `control: PATH`, `budget: SIZE`, `mode: on|watch` and `guests: {NAME: {socket: PATH, ...}}`, the
/// guests' keys as in `--guest`.
package struct ConfigurationFile: Sendable, Equatable {
    /// The path of the control socket, if the file names one.
    package private(set) var control: String?
    /// What the guests share, if the file says so.
    package private(set) var budget: BudgetSize?
    /// What becomes of decisions, if the file says so.
    package private(set) var mode: BudgetMode?
    /// In the order of the file.
    package private(set) var guests: [GuestConfiguration] = []

    /// Reads a file's text. `file` is its name for messages, such as `aerostat.yaml`.
    package init(text: String, file: String) throws(ConfigurationError) {
        let reader = ConfigurationReader(file: file)
        guard let root = try reader.root(of: text) else { return }
        for (name, key, value) in try reader.entries(of: root, at: "") {
            switch name {
            case "control":
                let path = try reader.text(of: value, key: key, at: name)
                do {
                    control = try UnixSocketPath(path).path
                } catch {
                    throw reader.error(value, name, error.description)
                }
            case "budget":
                let text = try reader.text(of: value, key: key, at: name)
                do {
                    budget = try BudgetSize(parsing: text)
                } catch {
                    throw reader.error(value, name, error.description)
                }
            case "mode":
                let text = try reader.text(of: value, key: key, at: name)
                do {
                    mode = try BudgetModeWord.parse(text)
                } catch {
                    throw reader.error(value, name, error.sentence)
                }
            case "guests": guests = try Self.guests(in: value, reader)
            default:
                throw reader.error(key, name, GuestKey.unknown(name, among: ["control", "budget", "mode", "guests"]))
            }
        }
    }

    private static func guests(in node: Node, _ reader: ConfigurationReader) throws(ConfigurationError)
        -> [GuestConfiguration]
    {
        var guests: [GuestConfiguration] = []
        var sockets: [String: String] = [:]
        for (name, key, value) in try reader.entries(of: node, at: "guests") {
            do {
                try GuestName.check(name)
            } catch {
                throw reader.error(key, "guests", error.sentence)
            }
            let (guest, places) = try guest(name, key, value, reader)
            if let owner = sockets.updateValue(name, forKey: DaemonConfiguration.normal(guest.socket)) {
                throw reader.error(
                    places["socket"] ?? places["vfio-user"] ?? key, "guests.\(name).socket",
                    "\(guest.socket) is already taken by guest \(owner)")
            }
            guests.append(guest)
        }
        return guests
    }

    private static func guest(
        _ name: String, _ key: Node, _ value: Node, _ reader: ConfigurationReader
    ) throws(ConfigurationError) -> (GuestConfiguration, [String: Node]) {
        let path = "guests.\(name)"
        var draft = GuestDraft(name: name)
        var places: [String: Node] = [:]
        for (entry, entryKey, entryValue) in try reader.entries(of: value, at: path) {
            let place = "\(path).\(entry)"
            places[entry] = entryKey
            do {
                let known = try GuestKey.named(entry)
                let text = try reader.text(of: entryValue, key: entryKey, at: place)
                try known.set(&draft, text)
            } catch let error as ValueError {
                throw reader.error(entryKey, place, error.sentence)
            } catch let error as ConfigurationError {
                throw error
            } catch {
                throw reader.error(entryKey, place, "\(error)")
            }
        }
        do {
            return (try draft.finished(), places)
        } catch {
            throw reader.error(places[error.key] ?? key, "\(path).\(error.key)", error.sentence)
        }
    }
}
