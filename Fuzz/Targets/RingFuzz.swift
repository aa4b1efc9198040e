internal import Balloon
internal import BalloonDevice
public import Virtio

/// A hostile driver's rings, descriptors and buffers, served as the daemon serves them.
///
/// The input: size, accepted features, role, base, and then all of guest memory from address 0 on, with the ring in its
/// first page. What follows from it is checked: nothing but memory is discarded, every chain that was taken
/// is returned once, and held is what the bitmap holds.
public enum RingFuzz {
    static let memorySize = 1 << 16
    static let mostSteps = 100

    public static func run(_ input: UnsafeRawBufferPointer, kind: RingKind = .split) {
        var script = Script(input)
        let number = UInt16(script.byte())
        let size = kind == .split ? 1 << (number % 6) : 1 + number % 32
        let flags = script.byte()
        let role = QueueRole(rawValue: Int(script.byte() % 5)) ?? .inflate
        let base = UInt32(script.word16()) | (kind == .split ? 0 : UInt32(script.word16()) << 16)
        var device = BalloonDevice(offering: BalloonFeatures(rawValue: 0x3f))
        device.negotiate(BalloonFeatures(rawValue: UInt64(flags & 0x3f)))
        let memory = FlatMemory(size: memorySize)
        memory.fill(script.rest())
        // The ring's page, and a hole.
        device.setLayout(
            GuestLayout(
                memory: [PageRun(start: 0, count: 8), PageRun(start: 12, count: 4)],
                reserved: [PageRun(start: 0, count: 1)]))
        device.startFresh()
        _ = device.startHinting()
        guard let ring = memory.ring(kind, size: size),
            var queue = try? DeviceQueue(
                ring: ring, base: base, usesEventIndex: flags & 0x40 != 0, allowsIndirect: flags & 0x80 != 0)
        else { return }
        var server = RingServer(device: device, memory: memory)
        server.serve(&queue, role)
        server.check()
    }
}

/// Serves one queue by the same calls as the daemon.
private struct RingServer: ~Copyable {
    var device: BalloonDevice
    let memory: FlatMemory
    var sink = CheckedSink()
    var taken = 0
    var returned = 0

    init(device: consuming BalloonDevice, memory: FlatMemory) {
        self.device = device
        self.memory = memory
    }

    mutating func serve(_ queue: inout DeviceQueue, _ role: QueueRole) {
        var chain = DescriptorChain()
        let usedBefore = memory.usedIndex
        for step in 0..<RingFuzz.mostSteps {
            do throws(QueueFault) {
                switch try queue.next(from: memory, into: &chain) {
                case .empty:
                    guard queue.rearm() else { break }
                    continue
                case .refused:
                    taken += 1
                    give(&queue, chain.head)
                    continue
                case .chain:
                    taken += 1
                    handle(chain, role, &queue)
                    if role == .statistics, step % 3 == 0, let head = device.requestStatistics() { give(&queue, head) }
                    continue
                }
            } catch {
                break
            }
            break
        }
        let held = device.statistics.heldBuffer == nil ? 0 : 1
        precondition(taken == returned + held, "a chain was lost")
        // The device's own writes may lie where the driver can see them; the guest did not write meanwhile.
        precondition(
            queue.kind == .packed || memory.usedIndex == usedBefore &+ UInt16(truncatingIfNeeded: returned),
            "used index")
        _ = (queue.isBlank, queue.hasTurned)
    }

    private mutating func handle(_ chain: DescriptorChain, _ role: QueueRole, _ queue: inout DeviceQueue) {
        var reader = ChainReader()
        switch role {
        case .inflate:
            for _ in 0..<64 {
                if case .done = device.inflate(chain, &reader, memory: memory, sink: &sink) { break }
            }
        case .deflate:
            for _ in 0..<64 { if case .done = device.deflate(chain, &reader, memory: memory, sink: &sink) { break } }
        case .statistics:
            if let surplus = device.takeStatistics(chain, memory: memory).surplus { give(&queue, surplus) }
            return
        case .freePageHint:
            if device.hint(chain, memory: memory) { _ = device.startHinting() }
        case .reporting:
            var next = ReportCursor()
            while !device.report(chain, at: &next, sink: &sink) {}
        }
        give(&queue, chain.head)
    }

    private mutating func give(_ queue: inout DeviceQueue, _ head: UInt16) {
        queue.complete(head: head)
        _ = queue.needsNotification()
        returned += 1
    }

    func check() {
        var held: UInt64 = 0
        for page in 0..<64 as Range<UInt64> where device.held.contains(page) {
            precondition(CheckedSink.isMemory(page), "a page is held that is not memory")
            held += 1
        }
        precondition(held == device.held.count, "held is not what the bitmap holds")
        precondition(
            device.counters.inflatedPages - device.counters.deflatedPages == held, "the counters do not add up")
    }
}

/// Takes discards, which must be of memory alone.
private struct CheckedSink: DiscardSink {
    static func isMemory(_ page: UInt64) -> Bool { (1..<8).contains(page) || (12..<16).contains(page) }

    mutating func discard(_ run: PageRun) {
        precondition(run.count > 0 && run.count <= 16, "a run of no size")
        for page in run.start..<run.end { precondition(Self.isMemory(page), "discarded what is not memory") }
    }

    mutating func takeBack(_ run: PageRun) {
        precondition(run.count > 0 && run.count <= 16, "a run of no size")
        for page in run.start..<run.end { precondition(Self.isMemory(page), "took back what is not memory") }
    }
}
