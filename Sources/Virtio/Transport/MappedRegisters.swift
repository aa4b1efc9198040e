internal import Synchronization

/// Registers that are mapped at a fixed place.
public struct MappedRegisters: RegisterBlock, @unchecked Sendable {
    // Unchecked: a register is shared with the device by nature.
    private let base: UnsafeMutableRawPointer

    /// Registers at `base`, which has to be mapped as device memory for as long as this is used, and aligned to 4.
    public init(base: UnsafeMutableRawPointer) {
        self.base = base
    }

    // An atomic access is one access of just this width, neither cut, merged nor left out.

    public func read8(_ offset: Int) -> UInt8 {
        (base + offset).assumingMemoryBound(to: Atomic<UInt8>.self).pointee.load(ordering: .acquiring)
    }

    public func read16(_ offset: Int) -> UInt16 {
        let register = (base + offset).assumingMemoryBound(to: Atomic<UInt16>.self)
        return UInt16(littleEndian: register.pointee.load(ordering: .acquiring))
    }

    public func read32(_ offset: Int) -> UInt32 {
        let register = (base + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
        return UInt32(littleEndian: register.pointee.load(ordering: .acquiring))
    }

    public func write8(_ offset: Int, _ value: UInt8) {
        (base + offset).assumingMemoryBound(to: Atomic<UInt8>.self).pointee.store(value, ordering: .releasing)
    }

    public func write16(_ offset: Int, _ value: UInt16) {
        let register = (base + offset).assumingMemoryBound(to: Atomic<UInt16>.self)
        register.pointee.store(value.littleEndian, ordering: .releasing)
    }

    public func write32(_ offset: Int, _ value: UInt32) {
        let register = (base + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
        register.pointee.store(value.littleEndian, ordering: .releasing)
    }
}
