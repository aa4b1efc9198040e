import ControlAPI
import Service
import Testing

@Suite struct GuestOptionTests {
    @Test func allKeysAreRead() throws {
        let guest = try GuestOption.parse(
            "web1,socket=/run/w.sock,max=2G,deflate-on-oom=on,free-page-reporting=true,free-page-hint=yes,page-poison=off,packed=on,statistics-interval=2.5,sees=50%"
        )
        var expected = GuestConfiguration(name: "web1", socket: "/run/w.sock")
        expected.max = ByteSize(2 << 30)
        expected.deflateOnOOM = true
        expected.freePageReporting = true
        expected.packed = true
        expected.freePageHint = true
        expected.pagePoison = false
        expected.statisticsIntervalSeconds = 2.5
        expected.requested = SizeRequest(sees: ByteSize(1 << 30))
        #expect(guest == expected)
        #expect(try GuestOption.parse("a,sees=512M,socket=s").requested == SizeRequest(sees: ByteSize(512 << 20)))
    }

    @Test(arguments: [
        ("web1", "--guest web1: socket: missing; write the path where the VMM is to connect"),
        (
            "",
            "--guest : \"\" is no name for a guest; write letters, digits, -, _ and ., at most 64, and a letter or digit first"
        ),
        (
            "../x,socket=s",
            "--guest ../x,socket=s: \"../x\" is no name for a guest; write letters, digits, -, _ and ., at most 64, and a letter or digit first"
        ),
        ("a,socket=s,deflate-on-om=on", "--guest a: deflate-on-om: unknown key; did you mean deflate-on-oom?"),
        (
            "a,socket=s,colour=red",
            "--guest a: colour: unknown key; the keys are socket, vfio-user, max, min, weight, reservation, deflate-on-oom, free-page-reporting, free-page-hint, page-poison, deferred-discard, populate-on-deflate, packed, statistics-interval, start-grace, sees"
        ),
        ("a,socket=s,max", "--guest a: \"max\" is not KEY=VALUE"),
        ("a,socket=s,", "--guest a: \"\" is not KEY=VALUE"),
        ("a,socket=", "--guest a: socket: the path of the socket is empty"),
        ("a,socket=s,socket=t", "--guest a: socket: given twice"),
        ("a,socket=s,vfio-user=t", "--guest a: vfio-user: a guest has one door: give either socket or vfio-user"),
        ("a,socket=s,deflate-on-oom=maybe", "--guest a: deflate-on-oom: \"maybe\": write on or off"),
        (
            "a,socket=s,max=700X",
            "--guest a: max: \"700X\": unknown unit \"X\"; write a number with K, M, G or T, such as 512M or 1.5G"
        ),
        ("a,socket=s,max=4097K", "--guest a: max: \"4097K\": not a multiple of 4K"),
        ("a,socket=s,max=4096", "--guest a: max: \"4096\": 4096 is 4096 bytes; 4G was probably meant"),
        ("a,socket=s,min=512", "--guest a: min: \"512\": 512 is 512 bytes; 512M was probably meant"),
        ("a,socket=s,reservation=512", "--guest a: reservation: \"512\": 512 is 512 bytes; 512M was probably meant"),
        ("a,socket=s,sees=512", "--guest a: sees: \"512\": 512 is 512 bytes; 512M was probably meant"),
        ("a,socket=s,max=1G,sees=2G", "--guest a: sees: 2G is more than max, 1G"),
        ("a,socket=s,sees=50%", "--guest a: sees: 50% is a share of max, and max is missing"),
        (
            "a,socket=s,statistics-interval=nan",
            "--guest a: statistics-interval: \"nan\": not a time; write seconds from 0.1 to 86400, or 0 to ask only when something needs statistics"
        ),
    ])
    func mistakesAreNamed(text: String, line: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try GuestOption.parse(text) }
        #expect(try #require(error).description == line)
    }

    @Test func namesAndSocketsAreUnique() throws {
        let one = GuestConfiguration(name: "a", socket: "/run/a.sock")
        let sameName = GuestConfiguration(name: "a", socket: "/run/b.sock")
        let sameSocket = GuestConfiguration(name: "b", socket: "/run//./a.sock")
        func line(_ control: String, _ guests: [GuestConfiguration]) throws -> String {
            let error = #expect(throws: ConfigurationError.self) {
                try DaemonConfiguration(control: control, guests: guests)
            }
            return try #require(error).description
        }
        #expect(try line("c", [one, sameName]) == "guest a: configured twice")
        #expect(
            try line("c", [one, sameSocket]) == "guest b: socket: /run//./a.sock is already taken by guest a")
        #expect(
            try line("/run/a.sock", [one]) == "guest a: socket: /run/a.sock is already taken by the control socket")
    }
}
