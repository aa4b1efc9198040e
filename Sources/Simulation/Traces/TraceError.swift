/// A trace that cannot be used. Its description is one line: the file, the line, what is wrong, and what would be right.
public struct TraceError: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ file: String, line: Int? = nil, _ wrong: String, _ right: String) {
        description = "\(file)\(line.map { ":\($0)" } ?? ""): \(wrong); \(right)"
    }
}
