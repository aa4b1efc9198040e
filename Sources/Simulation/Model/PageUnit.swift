/// Amounts of memory in the simulator are whole pages of 4 KiB, as `Int`.
enum PageUnit {
    static let mebibyte = 256
    static let gibibyte = 262_144
    /// Bytes that a guest has at most: num_pages has 32 bits (spec, wire facts).
    static let mostBytes = 17_592_186_044_416.0

    /// Whole pages of so many bytes; what does not fit any machine is cut off.
    static func of(bytes: Double) -> Int {
        guard bytes > 0 else { return 0 }
        return bytes < 1e18 ? Int(bytes / 4096) : Int(1e18 / 4096)
    }
}
