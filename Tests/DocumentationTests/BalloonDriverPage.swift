import BalloonDevice
import Testing

// page
import Balloon
import BalloonDriver
import Virtio

/// The kernel's allocator, as far as a balloon needs it: pages of 4 KiB, by frame number.
struct KernelPages: PageSource, ~Copyable {
    let frames: PageRun
    private var free: [UInt32]

    init(frames: PageRun) {
        self.frames = frames
        free = (frames.start..<frames.end).map { UInt32($0) }
    }

    var freePages: Int { free.count }
    /// This kernel does not fill what it frees.
    var poison: UInt32? { nil }

    mutating func take() -> UInt32? { free.popLast() }

    mutating func allocate(into pages: inout MutableSpan<UInt32>) -> Int {
        for index in pages.indices {
            guard let page = take() else { return index }
            pages[index] = page
        }
        return pages.count
    }

    mutating func free(_ pages: Span<UInt32>) {
        for index in pages.indices { free.append(pages[index]) }
    }

    // For hinting and reporting, which this kernel does not take part in.
    mutating func fill(_ run: PageRun, with value: UInt32) {}
    mutating func isolate(atLeast minimum: Int, unreported: Bool) -> PageRun? { nil }
    mutating func restore(_ block: PageRun, wasReported: Bool) {}

    func statistics() -> BalloonStatistics {
        var set = BalloonStatistics()
        set[.freeMemory] = UInt64(free.count) * PageFrame.size
        set[.totalMemory] = frames.count * PageFrame.size
        return set
    }
}

/// The processor's clock (ns).
struct KernelClock: DriverClock {
    private var time: UInt64 = 0

    func now() -> UInt64 { time }
    mutating func relax() { time += 1000 }
}

/// A kernel with a balloon. `Transport` is `MMIOTransport`, `PCITransport`, or one of your own.
struct Kernel<Transport: DriverTransport & ~Copyable>: OOMSystem, ~Copyable {
    var pages: KernelPages
    var balloon: BalloonDriver<Transport, KernelClock>
    var oomChain = OOMChain<Kernel<Transport>>()

    /// - Parameters:
    ///   - memory: for the driver alone; see ``DriverMemory``.
    ///   - frames: what the allocator gives out, without that memory.
    init(transport: consuming Transport, memory: DriverMemory, frames: PageRun) throws(DriverError) {
        var configuration = DriverConfiguration()
        configuration.accepts = [.mustTellHost, .statistics, .deflateOnOOM]
        pages = KernelPages(frames: frames)
        balloon = try BalloonDriver(
            transport: transport, clock: KernelClock(), memory: memory, configuration: configuration, frames: frames)
        _ = oomChain.register(priority: 0) { kernel, wanted in
            kernel.balloon.relieve(pages: wanted, &kernel.pages)
        }
    }

    /// Looks for the device, once. Without one the kernel goes on as it is.
    mutating func boot() throws(DriverError) { try balloon.start(&pages) }

    /// Does what the balloon's interrupt, or its timer, is for.
    ///
    /// - Returns: when to call again without an interrupt, by the clock.
    mutating func handleBalloon() throws(DriverError) -> UInt64? {
        while true {
            if case .wait(let time) = try balloon.work(&pages) { return time }
        }
    }

    /// A page for a program. Before it fails, the balloon gives some back.
    mutating func allocate() -> UInt32? {
        if let page = pages.take() { return page }
        return relieve(pages: 1) > 0 ? pages.take() : nil
    }
}
// end of page

/// Registers that lead to a ``LoopDevice``.
private struct LoopTransport: DriverTransport, ~Copyable {
    let device: LoopDevice
    private var current: DeviceStatus = []
    private var accepted: UInt64 = 0
    private var layouts: [Int: QueueLayout] = [:]

    init(_ device: LoopDevice) { self.device = device }

    mutating func identify() -> TransportIdentity { .device(5) }
    mutating func status() -> DeviceStatus { current }

    mutating func setStatus(_ status: DeviceStatus) {
        if status.rawValue == 0 {
            device.reset()
            layouts = [:]
        }
        let isNew = status.contains(.driverOK) && !current.contains(.driverOK)
        current = status
        if isNew, (try? device.start(features: accepted, layouts: layouts)) == nil { current.insert(.needsReset) }
    }

    mutating func offeredFeatures() -> UInt64 { device.offeredFeatures }
    mutating func acceptFeatures(_ features: UInt64) { accepted = features }
    mutating func queueSizeLimit(_ queue: Int) -> UInt16 { queue < LoopDevice.queueCount ? 128 : 0 }

    mutating func enable(_ queue: Int, _ layout: QueueLayout) -> Bool {
        layouts[queue] = layout
        return true
    }

    mutating func notify(_ queue: Int) { device.kick(queue) }
    mutating func takeInterrupts() -> InterruptCauses { device.takeInterrupts() }
    mutating func configurationGeneration() -> UInt32 { 0 }
    mutating func readConfiguration(_ offset: Int) -> UInt32 { device.readWord(offset) }
    mutating func writeConfiguration(_ offset: Int, _ value: UInt32) { device.writeWord(offset, value) }
}

@Suite struct BalloonDriverPage {
    @Test func theBalloonFollowsItsTargetAndHelpsInNeed() throws {
        let device = LoopDevice(pages: 4096)
        let configuration = DriverConfiguration()
        let sharedBytes = DriverMemory.sharedBytes(configuration)
        let frames = PageRun(start: UInt64(sharedBytes) / PageFrame.size + 1, count: 2048)
        let own = UnsafeMutableRawBufferPointer.allocate(
            byteCount: DriverMemory.ownBytes(configuration, frames: frames), alignment: 16)
        defer { own.deallocate() }
        let memory = DriverMemory(
            shared: SharedArea(base: device.memory.base, address: 0, count: sharedBytes), own: own)
        var kernel = try Kernel(transport: LoopTransport(device), memory: memory, frames: frames)
        try kernel.boot()

        device.setTarget(1500)
        while kernel.balloon.heldPages < 1500 { _ = try kernel.handleBalloon() }
        #expect(kernel.pages.freePages == 548)
        #expect(device.balloon.device.held.count == 1500)
        #expect(device.balloon.device.reported == 1500)

        for _ in 0..<548 { #expect(kernel.allocate() != nil) }
        #expect(kernel.pages.freePages == 0)
        #expect(kernel.allocate() != nil)
        #expect(device.balloon.alarms > 0)
    }
}
