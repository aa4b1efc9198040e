internal import Linux
public import Virtio

/// The driver of one virtqueue, for whoever plays a VMM and its guest. It keeps the rules; chains are of one buffer.
///
/// One thread at a time. It allocates nothing once it is set up.
public final class FrontEndDriver {
    public let queue: FrontEndQueue
    private let memory: FrontEndMemory
    private let kind: RingKind
    private let usesEventIndex: Bool
    private var side: DriverQueue<128>

    /// Bytes of guest memory that a ring and its buffer take.
    public static let footprint: UInt64 = 0x1_0000
    /// Bytes of ``buffer``.
    public static let bufferBytes = 0x4000
    private static let partBytes: UInt64 = 0x4000

    /// Guest-physical address of ``bufferBytes`` bytes for what the driver sends.
    public var buffer: UInt64 { queue.descriptors + 3 * Self.partBytes }

    /// Lays an empty ring into guest memory; no more of that is touched than the ring takes.
    ///
    /// - Parameters:
    ///   - base: guest-physical address of ``footprint`` bytes, aligned to 16.
    ///   - size: entries, at most 128.
    public init(
        _ memory: FrontEndMemory, at base: UInt64, size: UInt16 = 128, kind: RingKind = .split, usesEventIndex: Bool
    ) throws(FrontEndError) {
        do throws(SystemError) {
            queue = try FrontEndQueue(
                size: size, descriptors: base, available: base + Self.partBytes, used: base + 2 * Self.partBytes)
        } catch {
            throw .system(error)
        }
        self.memory = memory
        self.kind = kind
        self.usesEventIndex = usesEventIndex
        side = try Self.side(memory, queue, kind, usesEventIndex)
    }

    /// Empties the ring, as a fresh driver does.
    public func restart() throws(FrontEndError) { side = try Self.side(memory, queue, kind, usesEventIndex) }

    private static func side(
        _ memory: FrontEndMemory, _ queue: FrontEndQueue, _ kind: RingKind, _ usesEventIndex: Bool
    ) throws(FrontEndError) -> DriverQueue<128> {
        let ring = try ring(memory, queue, kind, isCleared: true)
        do throws(QueueFault) {
            return try DriverQueue(ring: ring, usesEventIndex: usesEventIndex)
        } catch {
            throw .notOffered("a ring of \(queue.size) entries")
        }
    }

    private static func ring(
        _ memory: FrontEndMemory, _ queue: FrontEndQueue, _ kind: RingKind, isCleared: Bool
    ) throws(FrontEndError) -> QueueRing {
        func part(_ address: UInt64, _ bytes: Int) throws(FrontEndError) -> UnsafeMutableRawPointer {
            let start = try memory.pointer(to: address, count: bytes)
            if isCleared { start.initializeMemory(as: UInt8.self, repeating: 0, count: bytes) }
            return start
        }
        let table = try part(queue.descriptors, kind.tableBytes(queue.size))
        let driver = try part(queue.available, kind.driverBytes(queue.size))
        let device = try part(queue.used, kind.deviceBytes(queue.size))
        do throws(QueueFault) {
            return try QueueRing(kind: kind, size: queue.size, table: table, driver: driver, device: device)
        } catch {
            throw .notOffered("a ring of \(queue.size) entries")
        }
    }

    /// The ring's fields, for tests that break its rules.
    package func fields() throws(FrontEndError) -> QueueRing { try Self.ring(memory, queue, kind, isCleared: false) }

    // MARK: - To the device

    /// Adds a chain of one buffer. The device sees it with the next ``publish()``.
    ///
    /// - Parameter token: comes back with the chain.
    public func add(_ buffer: DescriptorChain.Buffer, token: UInt16 = 0) throws(FrontEndError) {
        do throws(AddFault) {
            try side.add(buffer, token: token)
        } catch {
            throw .ringFull
        }
    }

    /// Lets the device see what was added.
    ///
    /// - Returns: whether the device wants to be notified.
    public func publish() -> Bool { side.publish() }

    /// Lets the device see what was added, and notifies it if it wants that.
    public func flush() {
        if side.publish() { queue.kick.signal() }
    }

    // MARK: - From the device

    /// Takes the next chain that the device has used.
    ///
    /// - Returns: the chain's token, or `nil` if there is none.
    public func next() throws(FrontEndError) -> UInt16? {
        do throws(UsedFault) {
            return try side.next()?.token
        } catch {
            throw .brokenRing(error)
        }
    }

    /// Asks the device to call for the next chain that it uses, after ``next()`` found none.
    ///
    /// - Returns: true if one came in meanwhile: then no call may come, and the queue must be read again.
    public func rearm() -> Bool { side.rearm() }

    /// Waits for the next chain that the device uses.
    ///
    /// - Returns: the chain's token, or `nil` if the deadline (ns) passed first.
    public func awaitNext(until deadline: UInt64) throws(FrontEndError) -> UInt16? {
        while true {
            if let token = try next() { return token }
            if rearm() { continue }
            do throws(SystemError) {
                guard try queue.awaitCall(until: deadline) else { return nil }
            } catch {
                throw .system(error)
            }
        }
    }
}
