internal import Balloon

/// A size, or a share of a guest's memory: `512M`, `33%`.
public enum SizeOrShare: Sendable, Equatable, CustomStringConvertible {
    case size(ByteSize)
    /// In millionths of the whole, so that `12.5%` is exact.
    case share(millionths: UInt64)

    /// Reads a size or a percentage from 0 to 100. Zero is read only with `zero`.
    public init(parsing text: String, zero: Bool = false) throws(ByteSizeError) {
        guard text.hasSuffix("%") else {
            self = .size(zero ? try ByteSize(parsingOrZero: text) : try ByteSize(parsing: text))
            return
        }
        guard let millionths = DecimalNumber(parsing: text.dropLast())?.multiplied(by: 10_000),
            millionths <= 1_000_000, zero || millionths > 0
        else {
            throw ByteSizeError(
                percentage: text,
                "not a share of memory; write \(zero ? "0%" : "1%") to 100%, or a size such as 512M")
        }
        self = .share(millionths: millionths)
    }

    /// The size, where all of the guest's memory is `max`. A share is cut off to whole pages of 4 KiB.
    public func size(of max: ByteSize) -> ByteSize {
        switch self {
        case .size(let size): return size
        case .share(let millionths):
            let product = max.bytes.multipliedFullWidth(by: millionths)
            guard product.high < 1_000_000 else { return max }
            let bytes = UInt64(1_000_000).dividingFullWidth(product).quotient
            return ByteSize(bytes / PageFrame.size * PageFrame.size)
        }
    }

    public var description: String {
        switch self {
        case .size(let size): size.description
        case .share(let millionths):
            millionths % 10_000 == 0 ? "\(millionths / 10_000)%" : "\(Double(millionths) / 10_000)%"
        }
    }
}
