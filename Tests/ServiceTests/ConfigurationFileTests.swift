import ControlAPI
import Service
import Testing

@Suite struct ConfigurationFileTests {
    @Test func aFileHasTheSameKeysAsTheOption() throws {
        let file = try ConfigurationFile(
            text: """
                # two guests
                control: /run/aerostat.sock
                guests:
                  web1:
                    socket: /run/web1.sock
                    max: 2G
                    deflate-on-oom: on
                    statistics-interval: 2.5
                    sees: 50%
                  db: {socket: /run/db.sock, page-poison: false}
                """, file: "aerostat.yaml")
        #expect(file.control == "/run/aerostat.sock")
        #expect(
            file.guests == [
                try GuestOption.parse(
                    "web1,socket=/run/web1.sock,max=2G,deflate-on-oom=on,statistics-interval=2.5,sees=50%"),
                try GuestOption.parse("db,socket=/run/db.sock,page-poison=off"),
            ])
        #expect(try ConfigurationFile(text: "", file: "f").guests.isEmpty)
        #expect(try ConfigurationFile(text: "guests:\n", file: "f").guests.isEmpty)
    }

    @Test func theOtherDoor() throws {
        let file = try ConfigurationFile(text: "guests: {a: {vfio-user: /run/a.sock}}", file: "f")
        #expect(file.guests == [try GuestOption.parse("a,vfio-user=/run/a.sock")])
        #expect(file.guests.first?.door == .vfioUser && file.guests.first?.socket == "/run/a.sock")
    }

    @Test(arguments: [
        (
            "control: c\nguests:\n  web1:\n    socket: s\n    max: 1G\n\n    deflate-on-om: on",
            "aerostat.yaml:7: guests.web1.deflate-on-om: unknown key; did you mean deflate-on-oom?"
        ),
        ("contrl: c", "aerostat.yaml:1: contrl: unknown key; did you mean control?"),
        (
            "guests:\n  a:\n    max: 1G",
            "aerostat.yaml:2: guests.a.socket: missing; write the path where the VMM is to connect"
        ),
        ("guests:\n  a:\n    socket:\n", "aerostat.yaml:3: guests.a.socket: the value is missing"),
        ("guests:\n  a:\n    socket: [x]", "aerostat.yaml:3: guests.a.socket: one plain value is wanted here"),
        ("guests:\n  - a", "aerostat.yaml:2: guests: keys with values are wanted here, as in KEY: VALUE"),
        ("just text", "aerostat.yaml:1: keys with values are wanted here, as in KEY: VALUE"),
        (
            "guests:\n  a:\n    socket: s\n    deflate-on-oom: 1",
            "aerostat.yaml:4: guests.a.deflate-on-oom: \"1\": write on or off"
        ),
        (
            "guests:\n  a: {socket: s, max: 1G, sees: 3G}",
            "aerostat.yaml:2: guests.a.sees: 3G is more than max, 1G"
        ),
        (
            "guests:\n  a: {socket: s}\n  b:\n    socket: s",
            "aerostat.yaml:4: guests.b.socket: s is already taken by guest a"
        ),
        (
            "guests:\n  a: {socket: s}\n  a: {socket: t}",
            "aerostat.yaml:2: a: given twice among the keys that begin on this line"
        ),
        (
            "guests:\n  ä: {socket: s}",
            "aerostat.yaml:2: guests: \"ä\" is no name for a guest; write letters, digits, -, _ and ., at most 64, and a letter or digit first"
        ),
        ("guests: {a", "aerostat.yaml:2: not YAML: did not find expected ',' or '}'"),
    ])
    func mistakesNameFileLineAndKey(text: String, line: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try ConfigurationFile(text: text, file: "aerostat.yaml")
        }
        let description = try #require(error).description
        #expect(description == line)
    }
}
