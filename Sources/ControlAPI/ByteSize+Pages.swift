public import Balloon

extension ByteSize {
    /// So many pages; none where it is negative.
    public init(_ pages: Pages) { self.init(pages.bytes) }
}
