/// Something that QEMU reported by itself.
public struct QMPEvent: Sendable, Equatable {
    /// Counts from 1 in the order of arrival.
    public var number: Int
    /// QEMU's name, such as `BALLOON_CHANGE`.
    public var name: String
    public var data: JSON
}
