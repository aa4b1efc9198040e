/// Why a load could not be run: one line.
public struct LoadError: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
