/// Memory that a driver shares with its device: where the driver finds it, and under which address the device does.
public struct SharedArea: @unchecked Sendable {
    // Unchecked: only a pointer into memory that another machine reads and writes anyway.
    /// Where the driver finds it.
    public let base: UnsafeMutableRawPointer
    /// The guest-physical address of `base`.
    public let address: UInt64
    /// Bytes.
    public let count: Int

    /// `count` bytes at `base`, which the device knows as `address`; a negative count is 0.
    public init(base: UnsafeMutableRawPointer, address: UInt64, count: Int) {
        self.base = base
        self.address = address
        self.count = max(0, count)
    }

    /// The `count` bytes at `offset`, or `nil` if they do not lie in it.
    public func part(at offset: Int, count: Int) -> SharedArea? {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { return nil }
        return SharedArea(base: base + offset, address: address &+ UInt64(offset), count: count)
    }

    /// Sets all bytes to zero.
    public func clear() {
        base.initializeMemory(as: UInt8.self, repeating: 0, count: count)
    }
}
