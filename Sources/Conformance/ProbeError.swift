/// Why a device cannot be probed: one line.
public struct ProbeError: Error, Equatable, CustomStringConvertible {
    public let description: String
}
