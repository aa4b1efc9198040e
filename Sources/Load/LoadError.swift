/// Why no load could be made: one line.
public struct LoadError: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
