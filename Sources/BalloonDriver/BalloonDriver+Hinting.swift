internal import Balloon
internal import Virtio

extension BalloonDriver where Transport: ~Copyable, Clock: ~Copyable {
    private var stop: UInt32 { 0 }
    private var done: UInt32 { 1 }

    /// The device's command id, as just read.
    mutating func receiveCommand(_ id: UInt32, _ pages: inout some PageSource & ~Copyable) {
        guard negotiated.contains(.freePageHint) else { return }
        switch id {
        case done:
            // The device needs them no more: all may be used (spec D33).
            hinting.phase = .idle
            while giveBackBlock(&pages, initializes: false) {}
        case stop:
            // No more pages (spec D28); those that were given stay until DONE.
            if hinting.phase == .sending { hinting.phase = .toStop }
            if hinting.phase == .toStart { hinting.phase = .idle }
        case hinting.command:
            // Each id is answered once (spec D26).
            break
        default:
            hinting.command = id
            hinting.phase = .toStart
        }
    }

    /// Sends what hinting has to send, as far as the queue has room.
    mutating func hint(_ pages: inout some PageSource & ~Copyable) {
        guard hinting.phase != .idle else { return }
        if hinting.phase == .toStart, sendCommand(hinting.command) { hinting.phase = .sending }
        while hinting.phase == .sending {
            // One descriptor stays free for the command that ends it.
            guard room(.freePageHint) > 1 else { break }
            guard !hinting.isFull, let block = pages.isolate(atLeast: configuration.blockPages, unreported: false)
            else {
                hinting.phase = .toStop
                break
            }
            guard let buffer = DescriptorChain.Buffer(block),
                add(.freePageHint, buffer, token: HintingState.blockToken)
            else {
                pages.restore(block, wasReported: false)
                break
            }
            hinting.push(block)
            counters.hintedPages += block.count
        }
        if hinting.phase == .toStop, sendCommand(stop) { hinting.phase = .idle }
        kick(.freePageHint)
    }

    /// A buffer of the hint queue came back; a hinted block stays hinted until DONE.
    mutating func finishHint(_ token: Int) {
        if token < 4 { hinting.wordsInFlight &= ~(1 << UInt8(token)) }
    }

    /// Takes hinted blocks back until `wanted` pages are free, whatever the device has done with them (spec D30).
    mutating func giveBackHinted(atLeast wanted: Int, _ pages: inout some PageSource & ~Copyable) {
        let before = freedPages
        while freedPages - before < wanted, giveBackBlock(&pages, initializes: true) {}
    }

    /// - Parameter initializes: writes the pages first, so that a device that has read them knows (spec D31, D32).
    mutating func giveBackBlock(_ pages: inout some PageSource & ~Copyable, initializes: Bool) -> Bool {
        guard let block = hinting.pop() else { return false }
        if initializes || pages.poison != nil { pages.fill(block, with: pages.poison ?? 0) }
        pages.restore(block, wasReported: false)
        freedPages += Int(clamping: block.count)
        return true
    }

    /// Sends a command of four bytes (spec D24) in a word that the device does not have.
    private mutating func sendCommand(_ id: UInt32) -> Bool {
        for word in 0..<4 where hinting.wordsInFlight & 1 << UInt8(word) == 0 {
            guard let area = memory.shared.part(at: DriverMemory.commandsOffset + 4 * word, count: 4) else { break }
            area.base.storeBytes(of: id.littleEndian, as: UInt32.self)
            let buffer = DescriptorChain.Buffer(address: area.address, length: 4, isDeviceWritable: false)
            guard add(.freePageHint, buffer, token: word) else { break }
            hinting.wordsInFlight |= 1 << UInt8(word)
            return true
        }
        return false
    }
}

extension DescriptorChain.Buffer {
    /// A block of free pages, for the device to have; `nil` if it is too long for one buffer.
    init?(_ block: PageRun) {
        guard block.start <= 1 << 40, block.count <= 1 << 19 else { return nil }
        self.init(
            address: block.start << PageFrame.shift, length: UInt32(block.count << PageFrame.shift),
            isDeviceWritable: true)
    }
}
