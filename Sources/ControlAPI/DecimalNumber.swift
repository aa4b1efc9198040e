/// A number with decimals, kept exactly: `1.5` is 15 tenths.
struct DecimalNumber {
    private let digits: UInt64
    private let scale: UInt64

    /// Reads `12`, `1.5`; at most nine decimals. No sign, no exponent.
    init?(parsing text: Substring) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty else { return nil }
        let decimals = parts.count == 2 ? parts[1] : ""
        if parts.count == 2, decimals.isEmpty || decimals.count > 9 { return nil }
        guard (whole + decimals).utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
        // More digits than a UInt64 holds are too many for any use of a size.
        digits = UInt64(whole + decimals) ?? .max
        scale = (0..<decimals.count).reduce(1) { scale, _ in scale * 10 }
    }

    var isFraction: Bool { digits % scale != 0 }

    /// The product, cut off to a whole number; `nil` if it does not fit.
    func multiplied(by factor: UInt64) -> UInt64? {
        if digits == .max { return nil }
        let product = digits.multipliedFullWidth(by: factor)
        guard product.high < scale else { return nil }
        return scale.dividingFullWidth(product).quotient
    }
}
