internal import Balloon
internal import ControlAPI

/// A key that a guest has in `--guest` and in the configuration file alike.
struct GuestKey: Sendable {
    let name: String
    /// What can be written, for help texts: `on|off`.
    let value: String
    let set: @Sendable (inout GuestDraft, String) throws(ValueError) -> Void

    /// All keys, in the order of the documentation.
    static let all: [GuestKey] = [
        door("socket", .vhostUser),
        door("vfio-user", .vfioUser),
        GuestKey(name: "max", value: "SIZE") { (draft, text) throws(ValueError) in
            let max = try size(text)
            guard max.bytes % PageFrame.size == 0 else {
                throw ValueError("\(text.debugDescription): not a multiple of 4K")
            }
            draft.configuration.max = max
        },
        GuestKey(name: "min", value: "SIZE|PERCENT") { (draft, text) throws(ValueError) in
            draft.min = try share(text)
        },
        GuestKey(name: "weight", value: "NUMBER") { (draft, text) throws(ValueError) in
            guard let weight = Double(text), weight >= 0.001, weight <= 1_000_000 else {
                throw ValueError("\(text.debugDescription): a weight is a number from 0.001 to 1000000; 1 is usual")
            }
            draft.configuration.weight = weight
        },
        GuestKey(name: "reservation", value: "SIZE|PERCENT") { (draft, text) throws(ValueError) in
            draft.reservation = try share(text)
        },
        flag("deflate-on-oom", \.deflateOnOOM),
        flag("free-page-reporting", \.freePageReporting),
        flag("free-page-hint", \.freePageHint),
        flag("page-poison", \.pagePoison),
        flag("deferred-discard", \.deferredDiscard),
        flag("populate-on-deflate", \.populateOnDeflate),
        flag("packed", \.packed),
        GuestKey(name: "statistics-interval", value: "SECONDS") { (draft, text) throws(ValueError) in
            guard let number = Double(text), let seconds = StatisticsInterval.seconds(number) else {
                throw ValueError("\(text.debugDescription): not a time; \(StatisticsInterval.wanted)")
            }
            draft.configuration.statisticsIntervalSeconds = seconds
        },
        GuestKey(name: "start-grace", value: "SECONDS") { (draft, text) throws(ValueError) in
            guard let seconds = Double(text), (0...3600).contains(seconds) else {
                throw ValueError("\(text.debugDescription): not a time; write seconds from 0 to 3600")
            }
            draft.configuration.startGraceSeconds = seconds
        },
        GuestKey(name: "sees", value: "SIZE|PERCENT") { (draft, text) throws(ValueError) in
            draft.sees = try share(text)
        },
    ]

    /// The key of that name, or an error that proposes the nearest one.
    static func named(_ name: String) throws(ValueError) -> GuestKey {
        if let key = all.first(where: { $0.name == name }) { return key }
        throw ValueError(unknown(name, among: all.map(\.name)))
    }

    /// The sentence about a key that does not exist.
    static func unknown(_ name: String, among names: [String]) -> String {
        if let near = nearest(to: name, among: names) { return "unknown key; did you mean \(near)?" }
        return "unknown key; the keys are \(names.joined(separator: ", "))"
    }

    /// Where the VMM connects, and how it speaks there.
    private static func door(_ name: String, _ door: GuestDoor) -> GuestKey {
        GuestKey(name: name, value: "PATH") { (draft, text) throws(ValueError) in
            guard draft.configuration.socket.isEmpty else {
                throw ValueError("a guest has one door: give either socket or vfio-user")
            }
            do {
                draft.configuration.socket = try UnixSocketPath(text).path
            } catch {
                throw ValueError("\(error)")
            }
            draft.configuration.door = door
        }
    }

    private typealias Flag = any WritableKeyPath<GuestConfiguration, Bool> & Sendable

    private static func flag(_ name: String, _ path: Flag) -> GuestKey {
        GuestKey(name: name, value: "on|off") { (draft, text) throws(ValueError) in
            switch text.lowercased() {
            case "on", "true", "yes": draft.configuration[keyPath: path] = true
            case "off", "false", "no": draft.configuration[keyPath: path] = false
            default: throw ValueError("\(text.debugDescription): write on or off")
            }
        }
    }

    private static func share(_ text: String) throws(ValueError) -> SizeOrShare {
        do {
            return try SizeOrShare(parsing: text)
        } catch {
            throw ValueError("\(error)")
        }
    }

    private static func size(_ text: String) throws(ValueError) -> ByteSize {
        do {
            return try ByteSize(parsing: text)
        } catch {
            throw ValueError("\(error)")
        }
    }
}
