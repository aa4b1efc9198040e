/// A guest of a ``HostArbiter``, as long as it is not removed. Afterwards the number may be another guest's.
public struct GuestHandle: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
}
