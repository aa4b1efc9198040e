/// Cuts a stream of bytes into lines, wherever the pieces of the stream end.
struct LineSplitter {
    private var rest: [UInt8] = []

    /// The lines that are complete with these bytes, without their ends; empty lines are left out.
    mutating func append(_ bytes: some Collection<UInt8>) -> [[UInt8]] {
        rest.append(contentsOf: bytes)
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let lines = rest[..<end].split(separator: UInt8(ascii: "\n")).map(Array.init)
        rest.removeSubrange(...end)
        return lines
    }
}
