internal import Balloon

/// What a host lends to its guests: `24G`, `80%` of its memory, or `all but 4G` of it.
public enum BudgetSize: Sendable, Equatable, CustomStringConvertible {
    case size(ByteSize)
    /// In millionths of the host's memory.
    case share(millionths: UInt64)
    /// The host's memory less so much.
    case allBut(ByteSize)

    /// Reads one; `all but 4G` also as `all-but-4G`.
    public init(parsing text: String) throws(ByteSizeError) {
        let words = text.lowercased().split(whereSeparator: { $0 == " " || $0 == "-" })
        if words.prefix(2) == ["all", "but"], words.count == 3 {
            self = .allBut(try ByteSize(parsing: String(words[2])))
            return
        }
        switch try SizeOrShare(parsing: text) {
        case .size(let size): self = .size(size)
        case .share(let millionths): self = .share(millionths: millionths)
        }
    }

    /// The size, on a host with so much memory, cut off to whole pages of 4 KiB; 0 where nothing is left.
    public func size(of host: ByteSize) -> ByteSize {
        let size: ByteSize =
            switch self {
            case .size(let size): size
            case .share(let millionths): SizeOrShare.share(millionths: millionths).size(of: host)
            case .allBut(let size): host > size ? ByteSize(host.bytes - size.bytes) : 0
            }
        return ByteSize(size.bytes / PageFrame.size * PageFrame.size)
    }

    public var description: String {
        switch self {
        case .size(let size): size.description
        case .share(let millionths): SizeOrShare.share(millionths: millionths).description
        case .allBut(let size): "all but \(size)"
        }
    }
}
