internal import Virtio

/// The messages of page numbers that are in flight, each in a slot of fixed size.
///
/// What a message says lies twice: in shared memory for the device, and here for us. A device that writes into our
/// message does not change which pages we believe to have given.
struct MessageSlots: ~Copyable {
    /// The most slots.
    static let limit = 16

    enum Use: Equatable {
        case free
        case inflate
        /// The pages are still ours to free once the device has answered, or not any more.
        case deflate(isFreed: Bool)
    }

    struct Slot {
        var use = Use.free
        var count = 0
        /// When it was sent, and whether the device was notified again since.
        var sent: UInt64 = 0
        var wasRepeated = false
    }

    let perMessage: Int
    let count: Int
    private let shared: SharedArea
    private let numbers: UnsafeMutableBufferPointer<UInt32>
    private var slots = InlineArray<16, Slot>(repeating: Slot())
    private(set) var inflating = 0
    private(set) var deflating = 0

    /// Bytes that the slots need in shared memory, and as many in private memory.
    static func bytes(perMessage: Int, count: Int) -> Int { perMessage * count * 4 }

    init(perMessage: Int, count: Int, shared: SharedArea, numbers: UnsafeMutableBufferPointer<UInt32>) {
        self.perMessage = perMessage
        self.count = count
        self.shared = shared
        self.numbers = numbers
    }

    subscript(index: Int) -> Slot { slots[index] }

    /// A free slot; inflating may take only half of all.
    func free(for use: Use) -> Int? {
        if use == .inflate, inflating >= count / 2 { return nil }
        for index in 0..<count where slots[index].use == .free { return index }
        return nil
    }

    /// The private numbers of a slot.
    func pages(_ index: Int, _ length: Int) -> UnsafeMutableBufferPointer<UInt32> {
        let start = index * perMessage
        return UnsafeMutableBufferPointer(rebasing: numbers[start..<start + min(length, perMessage)])
    }

    /// Copies the slot's numbers to where the device reads them, and marks it as used.
    mutating func send(_ index: Int, _ use: Use, length: Int, at now: UInt64) -> DescriptorChain.Buffer {
        let offset = index * perMessage * 4
        for position in 0..<length {
            let number = numbers[index * perMessage + position].littleEndian
            shared.base.storeBytes(of: number, toByteOffset: offset + position * 4, as: UInt32.self)
        }
        slots[index] = Slot(use: use, count: length, sent: now)
        if use == .inflate { inflating += 1 } else { deflating += 1 }
        return DescriptorChain.Buffer(
            address: shared.address + UInt64(offset), length: UInt32(truncatingIfNeeded: length * 4),
            isDeviceWritable: false)
    }

    /// The device has answered, or is gone.
    mutating func finish(_ index: Int) {
        switch slots[index].use {
        case .free: return
        case .inflate: inflating -= 1
        case .deflate: deflating -= 1
        }
        slots[index].use = .free
    }

    mutating func markRepeated(_ index: Int, at now: UInt64) {
        slots[index].wasRepeated = true
        slots[index].sent = now
    }
}
