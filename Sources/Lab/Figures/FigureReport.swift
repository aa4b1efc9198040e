public import Foundation

/// What a measuring command leaves behind: its figures, and the rows that they come from.
public struct FigureReport<Row: Codable & Sendable>: Codable, Sendable {
    public var command: String
    public var figures: [Figure]
    public var rows: [Row]

    public init(command: String, figures: [Figure], rows: [Row]) {
        self.command = command
        self.figures = figures
        self.rows = rows
    }

    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return try encoder.encode(self)
    }

    /// Writes `figures/NAME.json` in the clone, whole or not at all.
    public func write(in lab: LabEnvironment) throws {
        let folder = lab.root.appending(path: "figures")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try json().write(to: folder.appending(path: "\(command).json"), options: .atomic)
    }

    /// Writes a picture of it beside that, as `figures/NAME.svg`.
    public func write(svg: String, in lab: LabEnvironment) throws {
        let file = lab.root.appending(path: "figures/\(command).svg")
        try Data(svg.utf8).write(to: file, options: .atomic)
    }

    /// Keeps a copy with the time in its name under `figures/history`, to compare with later.
    public func keep(in lab: LabEnvironment) throws {
        let folder = lab.root.appending(path: "figures/history")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let time = Date.now.formatted(Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted))
        try json().write(to: folder.appending(path: "\(command)-\(time).json"), options: .atomic)
    }
}

/// The median of these values, or `nil` if there are none.
public func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}
