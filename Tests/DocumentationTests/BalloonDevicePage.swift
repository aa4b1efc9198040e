import Testing

// page
import Balloon
import BalloonDevice
import Virtio

/// Gives a guest's memory back to the host.
struct HolePuncher: DiscardSink {
    /// Pages of 4 KiB given back so far.
    var pages: UInt64 = 0

    mutating func discard(_ run: PageRun) {
        // Here: fallocate(memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, run.start * 4096, run.count * 4096).
        pages += run.count
    }

    mutating func takeBack(_ run: PageRun) {
        // Nothing was put off, so there is nothing to call off.
    }
}

/// The balloon of one virtual machine, as its VMM has it. One thread at a time.
struct MachineBalloon: ~Copyable {
    var device = BalloonDevice(offering: [.mustTellHost, .statistics, .deflateOnOOM])
    var sink = HolePuncher()
    /// Pages that the guest took back though it was not asked to: it is short of memory.
    private(set) var alarms: UInt64 = 0
    private var chain = DescriptorChain()

    /// - Parameter pages: the machine's memory, from guest-physical address 0 on.
    init(pages: UInt64) {
        device.setLayout(GuestLayout(memory: [PageRun(start: 0, count: pages)]))
    }

    /// Serves a fresh driver that has set DRIVER_OK.
    mutating func start(accepted: BalloonFeatures) {
        device.negotiate(accepted)
        device.startFresh()
    }

    /// Serves a queue that the driver has kicked. Each chain is returned, whatever is in it.
    ///
    /// - Returns: whether to interrupt the driver.
    /// - Throws: why the ring cannot be used any more; the driver has to set it up again.
    mutating func serve(
        _ queue: inout DeviceQueue, _ role: QueueRole, in memory: some GuestMemory
    ) throws(QueueFault) -> Bool {
        repeat {
            taking: while true {
                switch try queue.next(from: memory, into: &chain) {
                case .empty: break taking
                case .refused: queue.complete(head: chain.head)
                case .chain: if let head = handle(role, memory) { queue.complete(head: head) }
                }
            }
        } while queue.rearm()
        return queue.needsNotification()
    }

    /// - Returns: the chain to return now.
    private mutating func handle(_ role: QueueRole, _ memory: some GuestMemory) -> UInt16? {
        switch role {
        case .inflate, .deflate:
            // A message may be huge: between two steps a VMM can do other things.
            var reader = ChainReader()
            while true {
                let step =
                    role == .inflate
                    ? device.inflate(chain, &reader, memory: memory, sink: &sink)
                    : device.deflate(chain, &reader, memory: memory, sink: &sink)
                switch step {
                case .more(let unsolicited): alarms += unsolicited
                case .done(let unsolicited):
                    alarms += unsolicited
                    return chain.head
                }
            }
        case .statistics:
            // The device keeps the buffer: its return is the request for the next set.
            return device.takeStatistics(chain, memory: memory).surplus
        case .freePageHint, .reporting:
            return chain.head
        }
    }

    /// Asks for statistics; the answer will be in `device.statistics.latest`.
    ///
    /// - Returns: whether to interrupt the driver.
    mutating func askForStatistics(_ queue: inout DeviceQueue) -> Bool {
        guard let head = device.requestStatistics() else { return false }
        queue.complete(head: head)
        return queue.needsNotification()
    }
}
// end of page

@Suite struct BalloonDevicePage {
    /// A driver that sends messages of one page frame number.
    private func message(
        _ page: UInt32, _ role: QueueRole, _ balloon: inout MachineBalloon, _ loop: LoopMemory
    ) throws {
        let base = loop.base
        let ring = try QueueRing(kind: .split, size: 8, table: base, driver: base + 128, device: base + 1024)
        loop.clear(4096)
        var driver = try DriverQueue<8>(ring: ring, usesEventIndex: false)
        var queue = try DeviceQueue(ring: ring, base: 0, usesEventIndex: false, allowsIndirect: false)
        base.storeBytes(of: page.littleEndian, toByteOffset: 4096, as: UInt32.self)
        try driver.add(.init(address: 4096, length: 4, isDeviceWritable: false), token: 1)
        let isToNotify = driver.publish()
        #expect(isToNotify)
        let isToInterrupt = try balloon.serve(&queue, role, in: loop.ram)
        #expect(isToInterrupt)
        let token = try driver.next()?.token
        #expect(token == 1)
    }

    @Test func pagesGoInAndComeBack() throws {
        let loop = LoopMemory(bytes: 8192)
        var balloon = MachineBalloon(pages: 1024)
        balloon.start(accepted: [.deflateOnOOM])
        balloon.device.setTarget(2)
        var target: UInt32 = 0
        withUnsafeMutableBytes(of: &target) { balloon.device.readConfiguration(offset: 0, into: $0) }
        #expect(target == 2)
        try message(500, .inflate, &balloon, loop)
        try message(700, .inflate, &balloon, loop)
        #expect(balloon.device.held.count == 2)
        #expect(balloon.sink.pages == 2)
        withUnsafeBytes(of: (2 as UInt32).littleEndian) {
            balloon.device.writeConfiguration(offset: BalloonConfiguration.Offset.actual, bytes: $0)
        }
        try message(500, .deflate, &balloon, loop)
        #expect(balloon.device.held.count == 1)
        #expect(balloon.alarms == 1)
    }
}
