/// The reduced form of the Bitbrains traces: after a header that begins with `#`, one line for each machine: its id, the
/// memory that it was given in KiB, and then what it used in thousandths of that, every 5 minutes; empty: no record.
enum BitbrainsTrace {
    private static let slot = 300.0

    static func read(_ lines: inout TraceLines) throws(TraceError) -> Trace {
        var guests: [Trace.Guest] = []
        var slots = 0
        while let line = lines.next() {
            let fields = TraceLines.fields(line)
            guard fields.count > 2 else {
                throw lines.error("only \(fields.count) fields", "id, KiB and thousandths every 5 minutes belong there")
            }
            let provisioned = try lines.number(fields[1], "provisioned_kib")
            guard provisioned >= 32 * 1024, provisioned * 1024 <= PageUnit.mostBytes else {
                throw lines.error(
                    "provisioned_kib is \(TraceLines.text(fields[1])), which is no size of a machine in KiB",
                    "8 GiB are 8388608")
            }
            if slots == 0 { slots = fields.count - 2 }
            guard fields.count - 2 == slots else {
                throw lines.error(
                    "\(fields.count - 2) values, where other lines have \(slots)", "leave a missing value empty")
            }
            guests.append(try guest(fields, max: PageUnit.of(bytes: provisioned * 1024), lines))
        }
        guard !guests.isEmpty else {
            throw lines.error("no machine follows the header", "add one line for each machine")
        }
        let seconds = Double(slots) * slot
        return Trace(
            name: lines.file, guests: guests, seconds: seconds, usualGuests: min(40, guests.count),
            usualSeconds: min(seconds, 6 * 3600))
    }

    private static func guest(
        _ fields: [ArraySlice<UInt8>], max: Int, _ lines: TraceLines
    ) throws(TraceError) -> Trace.Guest {
        var points: [Curve.Point] = []
        for index in 2..<fields.count where !fields[index].isEmpty {
            let thousandths = try lines.number(fields[index], "value \(index - 1)")
            // The published data has a few machines a little over what they were given.
            guard thousandths <= 2000 else {
                throw lines.error(
                    "value \(index - 1) is \(TraceLines.text(fields[index])) thousandths of the machine's memory",
                    "it must be 0 to 1000")
            }
            points.append(
                Curve.Point(
                    tick: VirtualTime.ticks(seconds: Double(index - 2) * slot),
                    pages: Int(min(1, thousandths / 1000) * Double(max))))
        }
        guard !points.isEmpty else { throw lines.error("all values are empty", "leave such a machine out") }
        return Trace.Guest(
            name: "vm\(TraceLines.text(fields[0].prefix(20)))", max: max, used: Curve(points), files: nil)
    }
}
