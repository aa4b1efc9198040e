import Balloon
import BalloonDevice
import TestSupport
import Virtio

/// Remembers what the device gave away.
struct RecordingSink: DiscardSink {
    var runs: [PageRun] = []
    mutating func discard(_ run: PageRun) { runs.append(run) }

    /// What the guest took back.
    var back: [PageRun] = []
    mutating func takeBack(_ run: PageRun) { back.append(run) }

    var pages: [UInt64] { runs.flatMap { Array($0.start..<$0.end) } }
}

/// A device with a driver's memory and a record of its discards.
final class DeviceBench {
    static let allFeatures: BalloonFeatures = [
        .mustTellHost, .statistics, .deflateOnOOM, .freePageHint, .pagePoison, .pageReporting,
    ]

    var device: BalloonDevice
    var sink = RecordingSink()
    let memory = TestMemory(size: 1 << 20)

    /// A device whose driver runs and has read the target.
    init(
        offering: BalloonFeatures = allFeatures, negotiating: BalloonFeatures? = nil, pages: UInt64 = 65536,
        reserved: [PageRun] = [], pagesPerBlock: UInt64 = 1, phase: UInt64 = 0
    ) {
        device = BalloonDevice(offering: offering)
        let region = GuestLayout.Region(
            pages: PageRun(start: 0, count: pages), pagesPerBlock: pagesPerBlock, phase: phase)
        device.setLayout(GuestLayout(regions: [region], reserved: reserved))
        device.negotiate(negotiating ?? offering.subtracting(.pagePoison))
        device.startFresh()
    }

    // MARK: - The driver's acts

    func readTarget() -> UInt32 {
        var word: UInt32 = 0
        withUnsafeMutableBytes(of: &word) { device.readConfiguration(offset: 0, into: $0) }
        return UInt32(littleEndian: word)
    }

    /// Sets a target, and lets the driver read it.
    func ask(_ pages: UInt32) {
        device.setTarget(pages)
        _ = readTarget()
    }

    func write(_ value: UInt32, at offset: Int) {
        withUnsafeBytes(of: value.littleEndian) { device.writeConfiguration(offset: offset, bytes: $0) }
    }

    func startHinting() -> Bool { device.startHinting() }

    func writeActual() { write(UInt32(device.held.count), at: BalloonConfiguration.Offset.actual) }

    /// Lays bytes into memory, cut into buffers of these lengths; the last takes the rest.
    func chain(of bytes: [UInt8], cuts: [Int] = [], head: UInt16 = 0) -> DescriptorChain {
        var buffers: [DescriptorChain.Buffer] = []
        var position = 0
        var address: UInt64 = 0
        for length in cuts + [bytes.count] {
            let part = bytes[position..<min(position + length, bytes.count)]
            memory.write(Array(part), at: address)
            buffers.append(.init(address: address, length: UInt32(part.count), isDeviceWritable: false))
            position += part.count
            address += UInt64(part.count) + 5
        }
        return DescriptorChain(head: head, buffers: buffers)
    }

    func bytes(of pages: some Sequence<UInt32>) -> [UInt8] {
        pages.map(\.littleEndian).withUnsafeBytes(Array.init)
    }

    @discardableResult
    func inflate(_ pages: some Sequence<UInt32>, cuts: [Int] = []) -> UInt64 {
        inflate(chain(of: bytes(of: pages), cuts: cuts))
    }

    @discardableResult
    func deflate(_ pages: some Sequence<UInt32>, cuts: [Int] = []) -> UInt64 {
        deflate(chain(of: bytes(of: pages), cuts: cuts))
    }

    /// - Returns: pages that went below what was asked for: none, on an inflation.
    @discardableResult
    func inflate(_ chain: DescriptorChain) -> UInt64 {
        steps { reader in device.inflate(chain, &reader, memory: memory, sink: &sink) }
    }

    @discardableResult
    func deflate(_ chain: DescriptorChain) -> UInt64 {
        steps { reader in device.deflate(chain, &reader, memory: memory, sink: &sink) }
    }

    /// Steps of the last request.
    private(set) var stepCount = 0

    private func steps(_ step: (inout ChainReader) -> BalloonDevice.Step) -> UInt64 {
        var reader = ChainReader()
        var unsolicited: UInt64 = 0
        stepCount = 0
        while true {
            stepCount += 1
            switch step(&reader) {
            case .more(let pages): unsolicited += pages
            case .done(let pages): return unsolicited + pages
            }
        }
    }

    /// Reports buffers of free memory.
    /// - Returns: in how many steps.
    @discardableResult
    func report(_ buffers: [(address: UInt64, length: UInt32)]) -> Int {
        let chain = DescriptorChain(
            head: 0,
            buffers: buffers.map { .init(address: $0.address, length: $0.length, isDeviceWritable: true) })
        var next = ReportCursor()
        var count = 1
        while !device.report(chain, at: &next, sink: &sink) { count += 1 }
        return count
    }

    /// The pages that the device holds, of the first so many.
    func heldPages(of count: UInt64 = 65536) -> [UInt64] { (0..<count).filter { device.held.contains($0) } }
}
