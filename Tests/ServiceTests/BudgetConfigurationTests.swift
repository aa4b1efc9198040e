import ControlAPI
import Service
import Testing

@Suite struct BudgetConfigurationTests {
    private func guest(_ name: String, max: UInt64? = 8 << 30, min: UInt64 = 0, reservation: UInt64? = nil)
        -> GuestConfiguration
    {
        var guest = GuestConfiguration(name: name, socket: "/run/\(name)")
        guest.max = max.map { ByteSize($0) }
        guest.min = ByteSize(min)
        guest.reservation = reservation.map { ByteSize($0) }
        return guest
    }

    @Test(
        arguments: [
            ("24G", 24 << 30), ("80%", 32 << 30), ("all but 4G", 36 << 30), ("All-But-4G", 36 << 30), ("4097B", 4096),
        ] as [(String, UInt64)])
    func sizesAreRead(text: String, bytes: UInt64) throws {
        #expect(try BudgetSize(parsing: text).size(of: ByteSize(40 << 30)).bytes == bytes)
    }

    @Test(arguments: ["", "all but", "all but 4X", "but 4G", "0", "120%", "-1G", "all 4G", "all but 4G more"])
    func whatIsNoSizeIsRefused(text: String) {
        #expect(throws: ByteSizeError.self) { try BudgetSize(parsing: text) }
    }

    @Test func contradictionsAreRefusedInOneLine() throws {
        func line(_ size: String, _ guests: [GuestConfiguration], host: UInt64? = 64 << 30) -> String? {
            do {
                _ = try BudgetConfiguration(BudgetSize(parsing: size), mode: .on, host: host, guests: guests)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(line("24G", [guest("a", min: 8 << 30), guest("b", reservation: 8 << 30)]) == nil)
        #expect(line("65G", []) == "budget: 65G is more than the host's memory, 64G")
        #expect(line("all but 64G", []) == "budget: all but 64G of the host's 64G leaves the guests nothing")
        #expect(line("1G", [], host: nil) == "budget: the host's memory is not known (/proc/meminfo)")
        #expect(
            line("24G", [guest("a", max: nil)])
                == "guest a: max: missing; under a budget a guest's memory is counted before its VMM comes")
        #expect(
            line("12G", [guest("a", reservation: 8 << 30), guest("b", min: 6 << 30), guest("c")])
                == "budget: reservations of 14G (a 8G + b 6G) do not fit into 12G: 2G too much")
    }

    @Test func aGuestsLimitsAreRead() throws {
        let guest = try GuestOption.parse("a,socket=s,max=4G,min=25%,weight=2.5,reservation=2G")
        #expect(guest.min.bytes == 1 << 30)
        #expect(guest.weight == 2.5)
        #expect(guest.reservation?.bytes == 2 << 30)
        #expect(try GuestOption.parse("a,socket=s,max=4G").reservation == nil)
    }

    @Test(arguments: [
        ("a,socket=s,max=1G,min=2G", "--guest a: min: 2G is more than max, 1G"),
        ("a,socket=s,min=50%", "--guest a: min: 50% is a share of max, and max is missing"),
        ("a,socket=s,max=4G,min=2G,reservation=1G", "--guest a: reservation: 1G is less than min, 2G"),
        ("a,socket=s,max=1G,reservation=2G", "--guest a: reservation: 2G is more than max, 1G"),
        ("a,socket=s,weight=0", "--guest a: weight: \"0\": a weight is a number from 0.001 to 1000000; 1 is usual"),
        ("a,socket=s,weight=-1", "--guest a: weight: \"-1\": a weight is a number from 0.001 to 1000000; 1 is usual"),
        ("a,socket=s,weight=nan", "--guest a: weight: \"nan\": a weight is a number from 0.001 to 1000000; 1 is usual"),
        ("a,socket=s,weight=x", "--guest a: weight: \"x\": a weight is a number from 0.001 to 1000000; 1 is usual"),
    ])
    func limitsThatContradictAreNamed(text: String, line: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try GuestOption.parse(text) }
        #expect(try #require(error).description == line)
    }

    @Test func aFileHasBudgetAndMode() throws {
        let file = try ConfigurationFile(
            text: "budget: all but 4G\nmode: watch\nguests:\n  a: {socket: s, max: 4G, min: 1G, weight: 3}", file: "f")
        #expect(file.budget == .allBut(ByteSize(4 << 30)))
        #expect(file.mode == .watch)
        #expect(file.guests.first?.weight == 3)
        #expect(try ConfigurationFile(text: "mode: on", file: "f").mode == .on)
        func line(_ text: String) throws -> String {
            let error = #expect(throws: ConfigurationError.self) { try ConfigurationFile(text: text, file: "f") }
            return try #require(error).description
        }
        #expect(try line("\nmode: of") == "f:2: mode: \"of\": write on, watch or pause")
        #expect(
            try line("budget: much")
                == "f:1: budget: \"much\": not a size; write a number with K, M, G or T, such as 512M or 1.5G")
    }
}
