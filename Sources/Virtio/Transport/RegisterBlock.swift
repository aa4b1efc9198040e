/// A device's registers, by byte offset: memory-mapped, or recorded by a test.
///
/// Values are in the machine's own order; what lies behind is little-endian.
public protocol RegisterBlock {
    func read8(_ offset: Int) -> UInt8
    func read16(_ offset: Int) -> UInt16
    func read32(_ offset: Int) -> UInt32
    func write8(_ offset: Int, _ value: UInt8)
    func write16(_ offset: Int, _ value: UInt16)
    func write32(_ offset: Int, _ value: UInt32)
}
