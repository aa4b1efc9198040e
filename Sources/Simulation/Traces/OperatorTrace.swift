/// An operator's own recording: a line for each guest and moment. The header names the columns and their units.
///
///     time_s,guest,used_bytes,max_bytes,files_bytes
///
/// `time_s`, `guest` and one column `used_...` must be there; sizes may be in `bytes`, `kib` or `mib`.
enum OperatorTrace {
    private static let rightHeader =
        "the first line must be \"time_s,guest,used_bytes\", with max_bytes and files_bytes if known; "
        + "units are bytes, kib and mib"

    /// Where the columns are.
    private struct Columns {
        var time = -1
        var guest = -1
        var sizes: [String: (index: Int, unit: Double)] = [:]
        var count = 0
    }

    private struct Record {
        var clock: TraceClock
        var used: [Curve.Point] = []
        var files: [Curve.Point] = []
        var max = 0.0
        var most = 0.0
        var line = 0
    }

    static func read(_ lines: inout TraceLines, header: ArraySlice<UInt8>) throws(TraceError) -> Trace {
        let columns = try columns(header, lines)
        var records: [String: Record] = [:]
        var order: [String] = []
        while let line = lines.next() {
            let fields = TraceLines.fields(line)
            guard fields.count == columns.count else {
                throw lines.error("\(fields.count) fields", "the header names \(columns.count)")
            }
            let name = TraceLines.text(fields[columns.guest])
            guard !name.isEmpty, name.utf8.count <= 100 else {
                throw lines.error("the guest has no name of up to 100 bytes", "every record needs one")
            }
            if records[name] == nil {
                order.append(name)
                records[name] = Record(clock: TraceClock(guest: name))
            }
            guard var record = records.removeValue(forKey: name) else { continue }
            try add(fields, columns, to: &record, lines)
            records[name] = record
        }
        return try trace(order.compactMap { name in records[name].map { (name, $0) } }, columns, lines)
    }

    private static func columns(_ header: ArraySlice<UInt8>, _ lines: TraceLines) throws(TraceError) -> Columns {
        var columns = Columns()
        let names = TraceLines.fields(header).map { TraceLines.text($0) }
        let units = ["bytes": 1.0, "kib": 1024, "mib": 1_048_576]
        columns.count = names.count
        var seen: Set<String> = []
        for (index, name) in names.enumerated() {
            // One column a size, whatever its unit.
            guard seen.insert(String(name.prefix { $0 != "_" })).inserted else {
                throw lines.error("column \(name.debugDescription) comes on top of one for the same", rightHeader)
            }
            if name == "time_s" {
                columns.time = index
            } else if name == "guest" {
                columns.guest = index
            } else {
                let parts = name.split(separator: "_", maxSplits: 1).map(String.init)
                guard parts.count == 2, ["used", "max", "files"].contains(parts[0]), let unit = units[parts[1]] else {
                    throw lines.error("column \(name.debugDescription) is not known", rightHeader)
                }
                columns.sizes[parts[0]] = (index, unit)
            }
        }
        guard columns.time >= 0, columns.guest >= 0, columns.sizes["used"] != nil else {
            throw lines.error("a column is missing", rightHeader)
        }
        return columns
    }

    private static func add(
        _ fields: [ArraySlice<UInt8>], _ columns: Columns, to record: inout Record, _ lines: TraceLines
    ) throws(TraceError) {
        let tick = try record.clock.tick(try lines.number(fields[columns.time], "time_s"), lines)
        func size(_ name: String) throws(TraceError) -> Double? {
            guard let column = columns.sizes[name] else { return nil }
            return try lines.number(fields[column.index], name) * column.unit
        }
        let used = try size("used") ?? 0
        let files = try size("files")
        if let most = try size("max") {
            guard used <= most else {
                throw lines.error(
                    "used is more than max", "name the unit that it is in: used_bytes, used_kib, used_mib")
            }
            record.max = max(record.max, most)
        }
        guard max(used, record.max) <= PageUnit.mostBytes else {
            throw lines.error(
                "a guest of more than 16 TiB", "name the unit that sizes are in: used_bytes, used_kib, used_mib")
        }
        if let files, files > used {
            throw lines.error("files is more than used", "what is used must include the files")
        }
        record.most = max(record.most, used)
        record.line = lines.number
        record.used.append(Curve.Point(tick: tick, pages: PageUnit.of(bytes: used)))
        if let files { record.files.append(Curve.Point(tick: tick, pages: PageUnit.of(bytes: files))) }
    }

    private static func trace(
        _ records: [(String, Record)], _ columns: Columns, _ lines: TraceLines
    ) throws(TraceError) -> Trace {
        guard !records.isEmpty else { throw lines.error("no record follows the header", "add records") }
        var guests: [Trace.Guest] = []
        var seconds = Double.infinity
        for (name, record) in records {
            guard record.clock.count > 1 else {
                throw TraceError(
                    lines.file, line: record.line, "guest \(name) has only one record", "add more, or cut it out")
            }
            guard record.most >= 16 * 1_048_576 else {
                throw TraceError(
                    lines.file, line: record.line, "guest \(name) never uses 16 MiB",
                    "if the column is not in bytes, name it used_kib or used_mib")
            }
            // Without a word on it, what the guest was given is taken to be a quarter more than it ever used.
            let most = record.max > 0 ? record.max : min(record.most * 1.25 + 256 * 1_048_576, PageUnit.mostBytes)
            guests.append(
                Trace.Guest(
                    name: name, max: PageUnit.of(bytes: most), used: Curve(record.used),
                    files: record.files.isEmpty ? nil : Curve(record.files)))
            seconds = min(seconds, record.clock.seconds)
        }
        return Trace(
            name: lines.file, guests: guests, seconds: seconds, usualGuests: guests.count,
            usualSeconds: min(seconds, 24 * 3600))
    }
}
