internal import Synchronization

/// The three parts of a packed virtqueue, mapped (VIRTIO 1.4 §2.8), with the memory order that each access needs.
///
/// Both sides use it. Every read is one atomic access into a local: the other side may be hostile. The half of an
/// entry that has its marks is written and read in one access, so that what it says belongs together.
public struct PackedRing: @unchecked Sendable {
    // Unchecked: only pointers into memory that is shared with another machine anyway.
    /// Entries.
    public let size: UInt16
    private let descriptors: UnsafeMutableRawPointer
    private let driverArea: UnsafeMutableRawPointer
    private let deviceArea: UnsafeMutableRawPointer

    /// Bytes of an event suppression structure.
    public static let eventBytes = 4

    /// Names the parts, which have to stay mapped as long as the ring is used.
    ///
    /// - Parameters:
    ///   - size: entries, at most 32768; not necessarily a power of two.
    ///   - descriptors: ``tableBytes(_:)`` bytes, aligned to 16.
    ///   - driver: ``eventBytes`` that the driver writes, aligned to 4.
    ///   - device: ``eventBytes`` that the device writes, aligned to 4.
    /// - Throws: ``QueueFault/badSize``, ``QueueFault/misaligned``.
    public init(
        size: UInt16, descriptors: UnsafeMutableRawPointer, driver: UnsafeMutableRawPointer,
        device: UnsafeMutableRawPointer
    ) throws(QueueFault) {
        guard Self.isValid(size: size) else { throw .badSize }
        guard UInt(bitPattern: descriptors) % 16 == 0, UInt(bitPattern: driver) % 4 == 0,
            UInt(bitPattern: device) % 4 == 0
        else { throw .misaligned }
        self.size = size
        self.descriptors = descriptors
        driverArea = driver
        deviceArea = device
    }

    /// Whether a packed ring can have so many entries: 1 to 32768.
    public static func isValid(size: UInt16) -> Bool { size > 0 && size <= 32768 }
    /// Bytes of the descriptors of a ring of `size` entries.
    public static func tableBytes(_ size: UInt16) -> Int { Descriptor.size * Int(size) }

    // MARK: - Entries

    @inline(__always)
    private func half(_ index: UInt16, _ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        (descriptors + Descriptor.size * Int(index < size ? index : 0) + offset)
            .assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    /// Acquire: what was written before the marks is seen with them.
    package func descriptor(_ index: UInt16) -> PackedDescriptor {
        let high = half(index, 8).pointee.load(ordering: .acquiring)
        return PackedDescriptor(words: half(index, 0).pointee.load(ordering: .relaxed), high)
    }

    /// Release: what was written before is seen by whoever sees the marks.
    package func setDescriptor(_ index: UInt16, _ descriptor: PackedDescriptor) {
        setAddress(index, descriptor.address)
        setMarked(index, descriptor)
    }

    /// The half without marks. It has no meaning to the other side before ``setMarked(_:_:)``.
    func setAddress(_ index: UInt16, _ address: UInt64) {
        half(index, 0).pointee.store(address.littleEndian, ordering: .relaxed)
    }

    /// The half with the marks; see ``setDescriptor(_:_:)``. A used entry has no other.
    func setMarked(_ index: UInt16, _ descriptor: PackedDescriptor) {
        half(index, 8).pointee.store(descriptor.words.high, ordering: .releasing)
    }

    // MARK: - Events

    @inline(__always)
    private func event(_ area: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Atomic<UInt32>> {
        area.assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    /// When the driver wants to be told of used entries.
    var driverEvent: PackedEvent { PackedEvent(word: event(driverArea).pointee.load(ordering: .relaxed)) }
    package func setDriverEvent(_ wish: PackedEvent) { event(driverArea).pointee.store(wish.word, ordering: .relaxed) }

    /// When the device wants to be told of available entries.
    var deviceEvent: PackedEvent { PackedEvent(word: event(deviceArea).pointee.load(ordering: .relaxed)) }
    func setDeviceEvent(_ wish: PackedEvent) { event(deviceArea).pointee.store(wish.word, ordering: .relaxed) }

    // MARK: - Traces

    /// The driver's parts read as zeros.
    var isBlank: Bool {
        for index in 0..<size {
            let low = half(index, 0).pointee.load(ordering: .relaxed)
            guard low == 0, half(index, 8).pointee.load(ordering: .relaxed) == 0 else { return false }
        }
        return event(driverArea).pointee.load(ordering: .relaxed) == 0
    }

    /// The last entry bears what no driver in its first round writes there: rounds were gone already.
    var hasTurned: Bool {
        guard size > 0 else { return false }
        let last = descriptor(size - 1)
        let isBlank = last.address == 0 && last.length == 0 && last.id == 0 && last.flags.isEmpty
        return !isBlank && !last.flags.isAvailable(wrap: true)
    }
}
