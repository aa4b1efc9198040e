/// The lines of a trace, cut into fields at commas, and complaints that name them.
struct TraceLines {
    let file: String
    private let bytes: [UInt8]
    private var position = 0
    /// Of the line that ``next()`` returned last, from 1.
    private(set) var number = 0

    init(file: String, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
    }

    /// The next line that is not empty, without its end.
    mutating func next() -> ArraySlice<UInt8>? {
        while position < bytes.count {
            let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            var line = bytes[position..<end]
            position = end + 1
            number += 1
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if !line.isEmpty { return line }
        }
        return nil
    }

    static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { field in
            var field = field
            while let first = field.first, Self.isSpace(first) { field.removeFirst() }
            while let last = field.last, Self.isSpace(last) { field.removeLast() }
            return field
        }
    }

    static func text(_ field: ArraySlice<UInt8>) -> String { String(decoding: field, as: UTF8.self) }

    /// A number from 0 on, such as `12` or `0.68`; `nil` if it is none.
    static func number(_ field: ArraySlice<UInt8>) -> Double? {
        var value = 0.0
        var scale = 0.0
        guard !field.isEmpty, field.count <= 24 else { return nil }
        for byte in field {
            if byte == UInt8(ascii: "."), scale == 0 {
                scale = 1
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Double(byte - UInt8(ascii: "0"))
            scale *= 10
        }
        return field.count == 1 && scale == 1 ? nil : value / max(1, scale)
    }

    func error(_ wrong: String, _ right: String) -> TraceError { TraceError(file, line: number, wrong, right) }

    /// The number of a field, or an error that names it.
    func number(_ field: ArraySlice<UInt8>, _ name: String) throws(TraceError) -> Double {
        guard let number = Self.number(field) else {
            throw error(
                "\(name) is \(Self.text(field.prefix(30)).debugDescription)", "a number such as 12 or 0.5 belongs there"
            )
        }
        return number
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
