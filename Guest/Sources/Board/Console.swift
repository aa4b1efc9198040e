/// Text for the serial line, without a heap: words are written as they come.
package struct Console {
    package init() {}

    package func put(_ byte: UInt8) { Machine.putByte(byte) }

    package func text(_ words: StaticString) {
        words.withUTF8Buffer { for byte in $0 { put(byte) } }
    }

    package func bytes(_ bytes: borrowing Span<UInt8>) {
        for index in bytes.indices { put(bytes[index]) }
    }

    package func number(_ value: UInt64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var count = 0
        var rest = value
        repeat {
            digits[count] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            count += 1
        } while rest > 0
        while count > 0 {
            count -= 1
            put(digits[count])
        }
    }

    package func line(_ words: StaticString) {
        text(words)
        put(10)
    }

    /// ` name=value`
    package func field(_ name: StaticString, _ value: UInt64) {
        put(32)
        text(name)
        put(61)
        number(value)
    }

    package func field(_ name: StaticString, _ value: Int) { field(name, UInt64(max(0, value))) }

    package func field(_ name: StaticString, _ value: StaticString) {
        put(32)
        text(name)
        put(61)
        text(value)
    }
}
