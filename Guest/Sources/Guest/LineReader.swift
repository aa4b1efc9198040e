internal import Board

/// The line that is being typed.
struct LineReader {
    private var bytes = InlineArray<96, UInt8>(repeating: 0)
    private var count = 0
    private var isTooLong = false

    /// Takes a byte.
    ///
    /// - Returns: true at the end of a line that can be parsed.
    mutating func take(_ byte: UInt8) -> Bool {
        if byte == 10 || byte == 13 {
            defer { isTooLong = false }
            if isTooLong { count = 0 }
            return count > 0
        }
        guard count < 96 else {
            isTooLong = true
            return false
        }
        bytes[count] = byte
        count += 1
        return false
    }

    mutating func clear() { count = 0 }

    /// Where word `index` is, between blanks.
    func word(_ index: Int) -> Range<Int>? {
        var position = 0
        var seen = 0
        while position < count {
            while position < count, bytes[position] == 32 { position += 1 }
            let start = position
            while position < count, bytes[position] != 32 { position += 1 }
            guard position > start else { return nil }
            if seen == index { return start..<position }
            seen += 1
        }
        return nil
    }

    func isWord(_ index: Int, _ text: StaticString) -> Bool {
        guard let range = word(index), range.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { buffer in
            for offset in 0..<range.count where bytes[range.lowerBound + offset] != buffer[offset] { return false }
            return true
        }
    }

    func number(_ index: Int) -> UInt64? {
        guard let range = word(index) else { return nil }
        var value: UInt64 = 0
        for position in range {
            let digit = bytes[position] &- 48
            guard digit < 10, value < 1 << 56 else { return nil }
            value = value * 10 + UInt64(digit)
        }
        return value
    }

    func write(_ index: Int, to console: Console) {
        guard let range = word(index) else { return }
        for position in range { console.put(bytes[position]) }
    }
}
