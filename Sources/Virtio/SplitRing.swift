internal import Synchronization

/// The three parts of a split virtqueue, mapped (VIRTIO 1.4 §2.7), with the memory order that each access needs.
///
/// Both sides use it: the device reads the available ring and writes the used ring, the driver the other way round.
/// Every read is one atomic access into a local: the other side may be hostile.
public struct SplitRing: @unchecked Sendable {
    // Unchecked: only pointers into memory that is shared with another machine anyway.
    /// Entries.
    public let size: UInt16
    let descriptors: UnsafeMutableRawPointer
    let available: UnsafeMutableRawPointer
    let used: UnsafeMutableRawPointer

    /// Names the parts, which have to stay mapped as long as the ring is used.
    ///
    /// - Parameters:
    ///   - size: entries; a power of two, at most 32768.
    ///   - descriptors: ``tableBytes(_:)`` bytes, aligned to 16.
    ///   - available: ``availableBytes(_:)`` bytes, aligned to 2.
    ///   - used: ``usedBytes(_:)`` bytes, aligned to 4.
    /// - Throws: ``QueueFault/badSize``, ``QueueFault/misaligned``.
    public init(
        size: UInt16, descriptors: UnsafeMutableRawPointer, available: UnsafeMutableRawPointer,
        used: UnsafeMutableRawPointer
    ) throws(QueueFault) {
        guard Self.isValid(size: size) else { throw .badSize }
        guard UInt(bitPattern: descriptors) % 16 == 0, UInt(bitPattern: available) % 2 == 0,
            UInt(bitPattern: used) % 4 == 0
        else { throw .misaligned }
        self.size = size
        self.descriptors = descriptors
        self.available = available
        self.used = used
    }

    /// Whether a split ring can have so many entries: a power of two up to 32768.
    public static func isValid(size: UInt16) -> Bool {
        size > 0 && size <= 32768 && size & (size - 1) == 0
    }

    /// Bytes of the descriptor table of a ring of `size` entries.
    public static func tableBytes(_ size: UInt16) -> Int { 16 * Int(size) }
    /// Bytes of the available ring, with the `used_event` word at its end.
    public static func availableBytes(_ size: UInt16) -> Int { 6 + 2 * Int(size) }
    /// Bytes of the used ring, with the `avail_event` word at its end.
    public static func usedBytes(_ size: UInt16) -> Int { 6 + 8 * Int(size) }

    // MARK: - Fields

    @inline(__always)
    private func word16(_ base: UnsafeMutableRawPointer, _ offset: Int) -> UnsafeMutablePointer<Atomic<UInt16>> {
        (base + offset).assumingMemoryBound(to: Atomic<UInt16>.self)
    }

    @inline(__always)
    private func word32(_ base: UnsafeMutableRawPointer, _ offset: Int) -> UnsafeMutablePointer<Atomic<UInt32>> {
        (base + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    @inline(__always)
    private func word64(_ base: UnsafeMutableRawPointer, _ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        (base + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    @inline(__always)
    private func slot(_ index: UInt16) -> Int { Int(index & (size - 1)) }

    /// `index` has to be below `size`.
    func descriptor(_ index: UInt16) -> Descriptor {
        let offset = 16 * slot(index)
        return Descriptor(
            words: word64(descriptors, offset).pointee.load(ordering: .relaxed),
            word64(descriptors, offset + 8).pointee.load(ordering: .relaxed))
    }

    package func setDescriptor(_ index: UInt16, _ descriptor: Descriptor) {
        let offset = 16 * slot(index)
        let (low, high) = descriptor.words
        word64(descriptors, offset).pointee.store(low, ordering: .relaxed)
        word64(descriptors, offset + 8).pointee.store(high, ordering: .relaxed)
    }

    /// Acquire: the entries before it are seen as they were written before it.
    package var availableIndex: UInt16 {
        UInt16(littleEndian: word16(available, 2).pointee.load(ordering: .acquiring))
    }

    package func publishAvailableIndex(_ index: UInt16) {
        word16(available, 2).pointee.store(index.littleEndian, ordering: .releasing)
    }

    func availableHead(_ index: UInt16) -> UInt16 {
        UInt16(littleEndian: word16(available, 4 + 2 * slot(index)).pointee.load(ordering: .relaxed))
    }

    package func setAvailableHead(_ index: UInt16, _ head: UInt16) {
        word16(available, 4 + 2 * slot(index)).pointee.store(head.littleEndian, ordering: .relaxed)
    }

    /// VIRTQ_AVAIL_F_NO_INTERRUPT is bit 0.
    package var availableFlags: UInt16 {
        UInt16(littleEndian: word16(available, 0).pointee.load(ordering: .relaxed))
    }

    package func setAvailableFlags(_ flags: UInt16) {
        word16(available, 0).pointee.store(flags.littleEndian, ordering: .relaxed)
    }

    package var usedEvent: UInt16 {
        UInt16(littleEndian: word16(available, 4 + 2 * Int(size)).pointee.load(ordering: .relaxed))
    }

    package func setUsedEvent(_ index: UInt16) {
        word16(available, 4 + 2 * Int(size)).pointee.store(index.littleEndian, ordering: .relaxed)
    }

    package var usedIndex: UInt16 {
        UInt16(littleEndian: word16(used, 2).pointee.load(ordering: .acquiring))
    }

    /// Release: the entries before it are seen by whoever sees it.
    package func publishUsedIndex(_ index: UInt16) {
        word16(used, 2).pointee.store(index.littleEndian, ordering: .releasing)
    }

    package func usedEntry(_ index: UInt16) -> (head: UInt32, length: UInt32) {
        let offset = 4 + 8 * slot(index)
        return (
            UInt32(littleEndian: word32(used, offset).pointee.load(ordering: .relaxed)),
            UInt32(littleEndian: word32(used, offset + 4).pointee.load(ordering: .relaxed))
        )
    }

    func setUsedEntry(_ index: UInt16, head: UInt16, length: UInt32) {
        let offset = 4 + 8 * slot(index)
        word32(used, offset).pointee.store(UInt32(head).littleEndian, ordering: .relaxed)
        word32(used, offset + 4).pointee.store(length.littleEndian, ordering: .relaxed)
    }

    /// VIRTQ_USED_F_NO_NOTIFY is bit 0.
    package var usedFlags: UInt16 {
        UInt16(littleEndian: word16(used, 0).pointee.load(ordering: .relaxed))
    }

    package func setUsedFlags(_ flags: UInt16) {
        word16(used, 0).pointee.store(flags.littleEndian, ordering: .relaxed)
    }

    package var availableEvent: UInt16 {
        UInt16(littleEndian: word16(used, 4 + 8 * Int(size)).pointee.load(ordering: .relaxed))
    }

    func setAvailableEvent(_ index: UInt16) {
        word16(used, 4 + 8 * Int(size)).pointee.store(index.littleEndian, ordering: .relaxed)
    }

    /// Whether moving an index from `old` to `new` passed `event`, all modulo 2^16 (VIRTIO 1.4 §2.7.7.1).
    static func passed(event: UInt16, from old: UInt16, to new: UInt16) -> Bool {
        new &- event &- 1 < new &- old
    }
}
