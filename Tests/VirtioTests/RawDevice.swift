import Virtio

/// The device's side of a ring of eight entries, written byte by byte into memory of its own.
final class RawDevice {
    let kind: RingKind
    /// The table at 0; the driver's part behind it, then the device's.
    let base = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 4096)

    init(_ kind: RingKind) {
        self.kind = kind
        base.initializeMemory(as: UInt8.self, repeating: 0, count: 4096)
    }

    deinit { base.deallocate() }

    private var driverPart: Int { kind == .split ? 128 : 256 }
    private var devicePart: Int { kind == .split ? 256 : 260 }

    var ring: QueueRing {
        get throws {
            try QueueRing(kind: kind, size: 8, table: base, driver: base + driverPart, device: base + devicePart)
        }
    }

    /// What the driver names entry `count`, counted from its first on: the head of a chain, or an id.
    func head(_ count: Int) -> UInt16 {
        let offset = kind == .split ? driverPart + 4 + 2 * (count % 8) : 16 * (count % 8) + 12
        return base.load(fromByteOffset: offset, as: UInt16.self)
    }

    /// The flags of table entry `count`.
    func flags(_ count: Int) -> UInt16 {
        base.load(fromByteOffset: 16 * (count % 8) + (kind == .split ? 12 : 14), as: UInt16.self)
    }

    /// Writes used entry `count`, and in a split ring the index behind it.
    ///
    /// - Parameter isWritten: the WRITE flag, which only a packed ring has.
    func use(_ count: Int, _ head: UInt32, _ length: UInt32 = 0, isWritten: Bool = false) {
        guard kind == .packed else {
            base.storeBytes(of: head, toByteOffset: devicePart + 4 + 8 * (count % 8), as: UInt32.self)
            base.storeBytes(of: length, toByteOffset: devicePart + 8 + 8 * (count % 8), as: UInt32.self)
            return setUsedIndex(UInt16(truncatingIfNeeded: count + 1))
        }
        let entry = base + 16 * (count % 8)
        let marks: UInt16 = count / 8 % 2 == 0 ? 0x8080 : 0
        entry.storeBytes(of: length, toByteOffset: 8, as: UInt32.self)
        entry.storeBytes(of: UInt16(truncatingIfNeeded: head), toByteOffset: 12, as: UInt16.self)
        entry.storeBytes(of: marks | (isWritten ? 2 : 0), toByteOffset: 14, as: UInt16.self)
    }

    // MARK: - Split rings

    func setUsedIndex(_ value: UInt16) { base.storeBytes(of: value, toByteOffset: devicePart + 2, as: UInt16.self) }

    func setAvailableEvent(_ value: UInt16) {
        base.storeBytes(of: value, toByteOffset: devicePart + 4 + 8 * 8, as: UInt16.self)
    }

    // MARK: - Packed rings

    var driverEvent: UInt32 { base.load(fromByteOffset: driverPart, as: UInt32.self) }
    func setDeviceEvent(_ word: UInt32) { base.storeBytes(of: word, toByteOffset: devicePart, as: UInt32.self) }
}

extension RingKind {
    static var both: [RingKind] { [.split, .packed] }
}
