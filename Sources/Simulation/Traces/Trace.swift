/// A recording of what guests used, read from a file.
public struct Trace: Sendable {
    /// What guests used, each with its own curve. Memory in pages of 4 KiB.
    struct Guest: Sendable {
        var name: String
        var max: Int
        /// Used, the caches of files included where `files` says how much of it they are.
        var used: Curve
        var files: Curve?
    }

    let name: String
    let guests: [Guest]
    /// Virtual seconds.
    let seconds: Double
    let usualGuests: Int
    let usualSeconds: Double

    private static let rightHeaders =
        "the first line must be \"time_s,guest,used_bytes\" (with max_bytes and files_bytes if known), "
        + "\"time_s,rss_bytes,cached_bytes,total_bytes\", or \"# vm, provisioned_kib, ...\""

    /// Reads a trace, through `xz -dc` if its name ends in `.xz`.
    public init(file: String) throws(TraceError) {
        try self.init(name: file, bytes: try TraceFile.read(file))
    }

    init(name: String, bytes: [UInt8]) throws(TraceError) {
        var lines = TraceLines(file: name, bytes: bytes)
        guard let first = lines.next() else { throw TraceError(name, "the file is empty", Self.rightHeaders) }
        let header = TraceLines.text(first.prefix(400))
        if header.hasPrefix("#") {
            guard header.contains("provisioned_kib"), header.contains("thousandths") else {
                throw lines.error("the header names no provisioned_kib and thousandths", Self.rightHeaders)
            }
            self = try BitbrainsTrace.read(&lines)
        } else if header.hasPrefix("time_s,rss") {
            self = try HyperAllocTrace.read(&lines, header: header)
        } else if header.hasPrefix("time") || header.contains("guest") {
            self = try OperatorTrace.read(&lines, header: first)
        } else {
            throw lines.error(
                "\(TraceLines.text(first.prefix(60)).debugDescription) is no header of a trace", Self.rightHeaders)
        }
    }

    init(name: String, guests: [Guest], seconds: Double, usualGuests: Int, usualSeconds: Double) {
        self.name = name
        self.guests = guests
        self.seconds = seconds
        self.usualGuests = usualGuests
        self.usualSeconds = usualSeconds
    }
}
