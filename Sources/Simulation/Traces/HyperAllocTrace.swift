/// The published form of the HyperAlloc measurements: one guest, a line every second or two with its resident bytes on the
/// host, its page cache, and all of its memory.
enum HyperAllocTrace {
    private static let header = "time_s,rss_bytes,cached_bytes,total_bytes"

    static func read(_ lines: inout TraceLines, header: String) throws(TraceError) -> Trace {
        guard header == Self.header else {
            throw lines.error("the header is \(header.debugDescription)", "it must be \(Self.header)")
        }
        var clock = TraceClock(guest: "the guest")
        var used: [Curve.Point] = []
        var files: [Curve.Point] = []
        var most = 0.0
        while let line = lines.next() {
            let fields = TraceLines.fields(line)
            guard fields.count == 4 else {
                throw lines.error("\(fields.count) fields", "4 belong there: \(Self.header)")
            }
            let tick = try clock.tick(try lines.number(fields[0], "time_s"), lines)
            let resident = try lines.number(fields[1], "rss_bytes")
            let cached = try lines.number(fields[2], "cached_bytes")
            let total = try lines.number(fields[3], "total_bytes")
            guard total >= 64 * 1_048_576, max(total, resident) <= PageUnit.mostBytes else {
                throw lines.error("total_bytes is \(TraceLines.text(fields[3]))", "write bytes: 16 GiB are 17179869184")
            }
            guard cached <= resident else {
                throw lines.error("cached_bytes is more than rss_bytes", "both must be bytes of the same moment")
            }
            most = max(most, total, resident)
            used.append(Curve.Point(tick: tick, pages: PageUnit.of(bytes: resident)))
            files.append(Curve.Point(tick: tick, pages: PageUnit.of(bytes: cached)))
        }
        guard clock.count > 1 else { throw lines.error("fewer than two records", "add records after the header") }
        let guest = Trace.Guest(
            name: "guest", max: PageUnit.of(bytes: most), used: Curve(used), files: Curve(files))
        return Trace(
            name: lines.file, guests: [guest], seconds: clock.seconds, usualGuests: 32, usualSeconds: clock.seconds)
    }
}
