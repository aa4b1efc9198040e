/// A number of bytes, which cannot be taken for one of pages or of anything else.
///
/// In JSON it is a plain number. People write and read it as `512M`, `1.5G`, `700MiB`, `4096B`: units are binary (K, M, G, T), with
/// an optional `iB` or `B`; a number alone, or with `B`, is bytes. A number alone that is too small to be meant is refused; see
/// ``probablyMeant``.
public struct ByteSize: Sendable, Hashable, CustomStringConvertible {
    public var bytes: UInt64

    public init(_ bytes: UInt64) {
        self.bytes = bytes
    }

    /// Reads a size above zero.
    public init(parsing text: String) throws(ByteSizeError) {
        self.init(try Self.bytes(in: text))
        guard bytes > 0 else { throw ByteSizeError(text, "a size must be above zero") }
    }

    /// Reads a size; zero is one.
    public init(parsingOrZero text: String) throws(ByteSizeError) {
        self.init(try Self.bytes(in: text))
    }

    /// Short, for people, in the same words that can be read: `512M`, `1.37G` (at most two decimals, cut off).
    public var description: String {
        for unit in ByteUnit.allCases where bytes >= unit.bytes && unit != .bytes {
            let hundredths = bytes % unit.bytes * 100 / unit.bytes
            return "\(bytes / unit.bytes)\(Self.decimals(hundredths))\(unit.letter)"
        }
        return inBytes
    }

    /// Exact: the largest unit that needs no decimals (`1536M`, `4097B`).
    public var exact: String {
        for unit in ByteUnit.allCases where unit != .bytes && bytes >= unit.bytes && bytes % unit.bytes == 0 {
            return "\(bytes / unit.bytes)\(unit.letter)"
        }
        return inBytes
    }

    private var inBytes: String { bytes == 0 ? "0" : "\(bytes)B" }

    private static func decimals(_ hundredths: UInt64) -> String {
        if hundredths == 0 { return "" }
        if hundredths % 10 == 0 { return ".\(hundredths / 10)" }
        return hundredths < 10 ? ".0\(hundredths)" : ".\(hundredths)"
    }

    private static func bytes(in text: String) throws(ByteSizeError) -> UInt64 {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        if text.hasPrefix("-") { throw ByteSizeError(text, "a size cannot be negative") }
        guard let decimal = DecimalNumber(parsing: number) else {
            throw ByteSizeError(text, "not a size")
        }
        let suffix = String(text.dropFirst(number.count))
        guard let unit = ByteUnit(suffix: suffix) else {
            throw ByteSizeError(text, "unknown unit \(suffix.debugDescription)")
        }
        if unit == .bytes, decimal.isFraction {
            throw ByteSizeError(text, "a part of a byte")
        }
        guard let bytes = decimal.multiplied(by: unit.bytes), bytes <= UInt64(Int64.max) else {
            throw ByteSizeError(text, "too large for any machine")
        }
        if suffix.isEmpty, let meant = ByteSize(bytes).probablyMeant {
            throw ByteSizeError(text, bytes: bytes, meant: meant)
        }
        return bytes
    }
}
