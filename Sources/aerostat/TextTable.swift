/// Rows of text in columns.
struct TextTable {
    private var rows: [[String]] = []
    private let rightAligned: Set<Int>

    init(header: [String] = [], rightAligned: Set<Int> = []) {
        self.rightAligned = rightAligned
        if !header.isEmpty { rows.append(header) }
    }

    mutating func add(_ row: [String]) {
        rows.append(row)
    }

    /// The table, each line after `indent`.
    func text(indent: String = "") -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return rightAligned.contains(column) ? padding + cell : cell + padding
            }
            let line = indent + cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
