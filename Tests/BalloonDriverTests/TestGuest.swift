import Balloon
import BalloonDriver
import Virtio

/// A guest's kernel: allocator, driver and OOM chain.
struct TestGuest: ~Copyable, OOMSystem {
    typealias Driver = BalloonDriver<TestTransport, TestClock>

    var oomChain = OOMChain<TestGuest>()
    var driver: Driver
    var pages: TestPages
    let device: TestDevice
    private let own: UnsafeMutableRawBufferPointer

    init(
        _ device: TestDevice, configuration: DriverConfiguration = .test, poison: UInt32? = nil
    ) throws(DriverError) {
        let frames = device.table.frames
        let own = UnsafeMutableRawBufferPointer.allocate(
            byteCount: DriverMemory.ownBytes(configuration, frames: frames), alignment: 16)
        let shared = SharedArea(
            base: device.sharedBase, address: TestDevice.sharedAddress, count: TestDevice.sharedBytes)
        let memory = DriverMemory(shared: shared, own: own)
        let driver = try Driver(
            transport: TestTransport(device: device), clock: TestClock(device: device), memory: memory,
            configuration: configuration, frames: frames)
        self.driver = driver
        pages = TestPages(table: device.table, poison: poison)
        self.device = device
        self.own = own
        _ = oomChain.register(priority: 80) { guest, count in
            guest.driver.relieve(pages: count, &guest.pages)
        }
    }

    deinit { own.deallocate() }

    /// A page for a program; the OOM chain is asked before it fails.
    mutating func allocate() -> UInt32? {
        if let page = pages.takeForGuest() { return page }
        return relieve(pages: 1) > 0 ? pages.takeForGuest() : nil
    }

    /// Works until nothing is left to do, with all answers given at once.
    mutating func settle() throws(DriverError) {
        for _ in 0..<1000 {
            _ = try driver.work(&pages)
            if device.pending.allSatisfy({ $0.role == .statistics }), device.interrupts.isEmpty { break }
            device.answerAll()
        }
    }
}

extension DriverConfiguration {
    /// Small messages, so that a small guest has many in flight.
    static var test: DriverConfiguration {
        var configuration = DriverConfiguration()
        configuration.pagesPerMessage = 16
        configuration.messages = 8
        configuration.reserve = 0
        configuration.smallestRelief = 8
        configuration.largestRelief = 128
        configuration.comfort = 64
        configuration.blockPages = 8
        return configuration
    }
}
