/// A text that is not a size. Its description is one line: the value, what is wrong, and what would be right.
public struct ByteSizeError: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ text: String, _ wrong: String) {
        description = "\(text.debugDescription): \(wrong); write a number with K, M, G or T, such as 512M or 1.5G"
    }

    init(_ text: String, bytes: UInt64, meant: ByteSize) {
        description =
            "\(text.debugDescription): \(bytes) is \(bytes) bytes; \(meant.exact) was probably meant"
    }

    init(percentage text: String, _ wrong: String) {
        description = "\(text.debugDescription): \(wrong)"
    }
}
