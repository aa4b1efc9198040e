import Lab

/// What a ``MeasuringCommand`` has found so far.
struct Findings<Row: Codable & Sendable> {
    private let foundLab: Result<LabEnvironment, any Error>
    let console: Console
    private(set) var rows: [Row] = []
    private(set) var figures: [Figure] = []
    private(set) var faults: [String] = []
    private var picture: String?
    private var isKept = false

    init(lab: Result<LabEnvironment, any Error>, console: Console) {
        foundLab = lab
        self.console = console
    }

    /// The lab, or the error that says what it lacks.
    var lab: LabEnvironment { get throws { try foundLab.get() } }

    mutating func add(_ row: Row) { rows.append(row) }
    mutating func add(_ rows: [Row]) { self.rows += rows }
    mutating func add(_ figure: Figure) { figures.append(figure) }
    mutating func add(_ figures: [Figure]) { self.figures += figures }

    /// Adds what must not be, however slow the machine is: each is printed to standard error, and any fails the command.
    mutating func add(faults: [String]) { self.faults += faults }

    /// Has a picture of the report written beside it, in SVG.
    mutating func draw(_ svg: String) { picture = svg }

    /// Has a copy of the report kept in the history.
    mutating func keep() { isKept = true }

    /// Writes the report, its picture and its copy.
    func write(_ report: FigureReport<Row>, in lab: LabEnvironment) throws {
        try report.write(in: lab)
        if let picture { try report.write(svg: picture, in: lab) }
        if isKept { try report.keep(in: lab) }
    }
}
