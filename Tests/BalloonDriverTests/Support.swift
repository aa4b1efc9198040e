import TestSupport
import Balloon
import BalloonDriver
import Virtio

/// A guest of `pages` pages that is started, with its device.
func makeGuest(
    offering features: BalloonFeatures = [], transport: UInt64 = VirtioFeatures.version1, pages: UInt64 = 512,
    poison: UInt32? = nil, configuration: DriverConfiguration = .test, _ prepare: (TestDevice) -> Void = { _ in }
) throws(DriverError) -> TestGuest {
    let table = PageTable(
        frames: PageRun(start: 256, count: pages), poison: poison, random: SeededGenerator(seed: 7))
    let device = TestDevice(
        offering: features, transport: transport, table: table, random: SeededGenerator(seed: 8))
    prepare(device)
    return try TestGuest(device, configuration: configuration, poison: poison)
}

/// The same, started.
func startGuest(
    offering features: BalloonFeatures = [], transport: UInt64 = VirtioFeatures.version1, pages: UInt64 = 512,
    poison: UInt32? = nil, configuration: DriverConfiguration = .test, _ prepare: (TestDevice) -> Void = { _ in }
) throws(DriverError) -> TestGuest {
    var guest = try makeGuest(
        offering: features, transport: transport, pages: pages, poison: poison, configuration: configuration, prepare)
    try guest.driver.start(&guest.pages)
    return guest
}
