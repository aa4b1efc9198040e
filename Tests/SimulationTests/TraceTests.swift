import Foundation
import Testing

@testable import Simulation

struct TraceTests {
    private func trace(_ text: String) throws(TraceError) -> Trace { try Trace(name: "t.csv", bytes: Array(text.utf8)) }

    private func complaint(_ text: String) -> String {
        do {
            _ = try trace(text)
            return "none"
        } catch { return error.description }
    }

    private static let bitbrains = "# vm, provisioned_kib, then thousandths of provisioned\n"

    @Test func `Bitbrains lines become guests, and empty values are bridged`() throws {
        let trace = try trace(Self.bitbrains + "7,1048576,100,,300\n9,2097152,500,500,500\n")
        #expect(trace.guests.map(\.name) == ["vm7", "vm9"])
        #expect(trace.guests[0].max == 262_144)
        #expect(trace.seconds == 900)
        var cursor = 0
        let middle = trace.guests[0].used.value(at: VirtualTime.ticks(seconds: 300), cursor: &cursor).pages
        #expect(abs(middle - 262_144 / 5) < 2)
    }

    @Test func `HyperAlloc records become one guest, repeated and shifted`() throws {
        let gib = 1 << 30
        let lines = (0..<100).map { "\(Double($0) * 1.7),\($0 % 50 * 100_000_000 + gib),\(gib / 4),\(16 * gib)" }
        let trace = try trace("time_s,rss_bytes,cached_bytes,total_bytes\n" + lines.joined(separator: "\n"))
        var options = TraceOptions()
        options.guests = 3
        let scenario = trace.scenario(options)
        #expect(scenario.guests.count == 3)
        #expect(Set(scenario.guests.map(\.name)).count == 3)
        #expect(scenario.guests[0].demand.programs != scenario.guests[1].demand.programs)
        #expect(scenario.guests.allSatisfy { $0.max == 16 * PageUnit.gibibyte })
    }

    @Test func `an operator's own recording may name columns in any order and unit`() throws {
        let trace = try trace(
            "guest,time_s,used_mib,max_mib\nweb,0,1000,4096\ndb,0,3000,8192\nweb,60,1100,4096\ndb,60,2900,8192\n")
        #expect(trace.guests.map(\.name) == ["web", "db"])
        #expect(trace.guests[1].max == 8 * PageUnit.gibibyte)
        let scenario = trace.scenario()
        #expect(scenario.seconds == 60)
        #expect(scenario.guests.count == 2)
    }

    @Test(arguments: [
        ("", "t.csv: the file is empty; the first line must be"),
        ("time,guest\n", "t.csv:1: column \"time\" is not known; the first line must be"),
        ("1,2,3\n", "t.csv:1: \"1,2,3\" is no header of a trace; the first line must be"),
        ("time_s,guest,used\n", "t.csv:1: column \"used\" is not known; the first line must be"),
        ("time_s,guest,used_gb\n", "t.csv:1: column \"used_gb\" is not known; the first line must be"),
        ("time_s,guest\n", "t.csv:1: a column is missing; the first line must be"),
        ("time_s,guest,used_bytes\n", "t.csv:1: no record follows the header; add records"),
        ("time_s,guest,used_bytes\n0,a\n", "t.csv:2: 2 fields; the header names 3"),
        (
            "time_s,guest,used_mib,max_mib\n0,a,100,20000000\n",
            "t.csv:2: a guest of more than 16 TiB; name the unit that sizes are in: used_bytes, used_kib, used_mib"
        ),
        ("time_s,guest,used_bytes\n0,a,x\n", "t.csv:2: used is \"x\"; a number such as 12 or 0.5 belongs there"),
        ("time_s,guest,used_bytes\n0,a,-1\n", "t.csv:2: used is \"-1\"; a number such as 12 or 0.5 belongs there"),
        (
            "time_s,guest,used_bytes\n0,a,1024\n60,a,1024\n",
            "t.csv:3: guest a never uses 16 MiB; if the column is not in bytes, name it used_kib or used_mib"
        ),
        (
            "time_s,guest,used_bytes,max_mib\n0,a,1e9,4096\n",
            "t.csv:2: used is \"1e9\"; a number such as 12 or 0.5 belongs there"
        ),
        (
            "time_s,guest,used_bytes,max_mib\n0,a,9000000000,4096\n",
            "t.csv:2: used is more than max; name the unit that it is in: used_bytes, used_kib, used_mib"
        ),
        (
            "time_s,guest,used_mib\n60,a,100\n0,a,100\n",
            "t.csv:3: time 0 of a comes after 60; sort the records by time"
        ),
        (
            "time_s,guest,used_mib\n60,a,100\n60,a,100\n",
            "t.csv:3: time 60 of a comes twice; leave one record for each time"
        ),
        (
            "time_s,guest,used_mib,used_kib\n0,a,100,100\n",
            "t.csv:1: column \"used_kib\" comes on top of one for the same; the first line must be "
                + "\"time_s,guest,used_bytes\", with max_bytes and files_bytes if known; units are bytes, kib and mib"
        ),
        (
            "time_s,guest,used_mib\n0,a,100\n60,a,100\n120,a,100\n3600,a,100\n",
            "t.csv:5: a gap: nothing of a between 120 s and 3600 s, where records come every 60 s; "
                + "fill it in, or cut the trace there"
        ),
        (
            "time_s,guest,used_mib\n1700000000000,a,100\n",
            "t.csv:2: time_s is 1700000000000; write seconds, not milliseconds or nanoseconds"
        ),
        (
            "time_s,rss_bytes,cached_bytes\n",
            "t.csv:1: the header is \"time_s,rss_bytes,cached_bytes\"; it must be "
                + "time_s,rss_bytes,cached_bytes,total_bytes"
        ),
        (
            "# vm, provisioned_kib, then thousandths\n1,8192000,100,2001\n",
            "t.csv:2: value 2 is 2001 thousandths of the machine's memory; it must be 0 to 1000"
        ),
        (
            "# vm, provisioned_kib, then thousandths\n1,8,100\n",
            "t.csv:2: provisioned_kib is 8, which is no size of a machine in KiB; 8 GiB are 8388608"
        ),
        (
            "# vm, provisioned_kib, then thousandths\n1,8388608,100\n2,8388608,100,100\n",
            "t.csv:3: 2 values, where other lines have 1; leave a missing value empty"
        ),
    ])
    func `bad input is named by file and line, with what would be right`(text: String, expected: String) {
        #expect(complaint(text).hasPrefix(expected))
        #expect(!complaint(text).contains("\n"))
    }

    @Test func `a file that is not there is named`() {
        #expect(throws: TraceError.self) { try Trace(file: "/nowhere/at-all.csv") }
    }

    @Test(arguments: SeededSeeds.three) func `no bytes make the reader trap`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let seeds = [
            Self.bitbrains + "7,1048576,100,,300\n", "time_s,guest,used_mib,max_mib\n0,a,100,200\n60,a,100,200\n",
            "time_s,rss_bytes,cached_bytes,total_bytes\n0,1000000,1000,100000000\n2,1000000,1000,100000000\n",
        ]
        for _ in 0..<500 {
            var bytes = Array(seeds[random.number(0...2)].utf8)
            for _ in 0...random.number(0...4) {
                bytes[random.number(0...bytes.count - 1)] =
                    Array("0123456789,.\n#-e \u{ff}".utf8)[random.number(0...17)]
            }
            guard let trace = try? Trace(name: "t.csv", bytes: bytes) else { continue }
            var options = TraceOptions()
            options.seconds = 100
            options.seed = random.next()
            _ = trace.scenario(options)
        }
    }

    private static let folder = ProcessInfo.processInfo.environment["AEROSTAT_TRACES"]

    /// The published traces are not part of the project: `AEROSTAT_TRACES` names the folder that has them.
    @Test(
        .enabled(if: folder != nil, "AEROSTAT_TRACES names no folder with the published traces"),
        arguments: [
            "bitbrains-rnd-2013-08-first-14-days.csv.xz", "clang-in-a-guest.csv", "blender-in-a-guest.csv",
        ])
    func `the published traces are read and run`(file: String) throws {
        let trace = try Trace(file: "\(Self.folder ?? "")/\(file)")
        var options = TraceOptions()
        options.guests = 4
        options.seconds = 900
        let scenario = trace.scenario(options)
        let outcome = PolicyName.staticSplit.run(scenario, budget: scenario.most)
        #expect(outcome.kills == 0)
        #expect(outcome.guests == 4)
    }
}
