/// Memory of a machine that driver and device share in one process. Zeros at first.
final class LoopMemory {
    let ram: RAM
    let base: UnsafeMutableRawPointer

    init(bytes: Int) {
        base = .allocate(byteCount: bytes, alignment: 4096)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        ram = RAM(bytes: UnsafeMutableRawBufferPointer(start: base, count: bytes))
    }

    deinit { base.deallocate() }

    /// Sets the first bytes to zero.
    func clear(_ count: Int) { base.initializeMemory(as: UInt8.self, repeating: 0, count: min(count, ram.bytes.count)) }
}
