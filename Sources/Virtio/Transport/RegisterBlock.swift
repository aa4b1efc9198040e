/// A device's registers, by byte offset: memory-mapped, or recorded by a test.
///
/// Values are in the machine's own order; what lies behind is little-endian.
public protocol RegisterBlock {
    /// Reads the byte at `offset` bytes.
    func read8(_ offset: Int) -> UInt8
    /// Reads the 16-bit word at `offset` bytes.
    func read16(_ offset: Int) -> UInt16
    /// Reads the 32-bit word at `offset` bytes.
    func read32(_ offset: Int) -> UInt32
    /// Writes the byte at `offset` bytes.
    func write8(_ offset: Int, _ value: UInt8)
    /// Writes the 16-bit word at `offset` bytes.
    func write16(_ offset: Int, _ value: UInt16)
    /// Writes the 32-bit word at `offset` bytes.
    func write32(_ offset: Int, _ value: UInt32)
}
