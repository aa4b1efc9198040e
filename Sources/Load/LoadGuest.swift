import Balloon
import Linux
import VhostUser
import Virtio

/// A simulated guest: it inflates all of its pages message by message, deflates them all again, and so on. A victim
/// inflates and deflates one message in turns, so that both are measured as often.
///
/// On one thread at a time.
final class LoadGuest {
    let path: String
    let isVictim: Bool
    private let front: VhostUserFrontEnd
    private let memory: FrontEndMemory
    private let inflate: FrontEndDriver
    private let deflate: FrontEndDriver
    private let window: Int
    /// Messages of one direction before it turns.
    private let round: Int
    private let touchesPages: Bool
    private var isDeflating = false
    private var sent = 0
    private var answered = 0
    /// When each message of the round was sent.
    private var times: [UInt64]
    /// Whether the load is at its end, so that nothing more is sent.
    var isEnding = false
    private(set) var failure: String?

    /// The guest's memory; all but the first 4 MiB goes into the balloon.
    private static let memorySize: UInt64 = 32 << 20
    private static let firstPage: UInt32 = 1024
    private static let arrays: UInt64 = 0x10_0000
    private static let rings: UInt64 = 0x8_0000
    private static let messages =
        Int(memorySize >> 12 - UInt64(firstPage)) / LoadConfiguration.pagesPerMessage

    /// Connects, and sets DRIVER_OK.
    init(
        path: String, isVictim: Bool, configuration: LoadConfiguration, poll: borrowing EventPoll, token: UInt64
    ) throws(FrontEndError) {
        self.path = path
        self.isVictim = isVictim
        window = isVictim ? 1 : min(max(1, configuration.messagesInFlight), 64)
        round = isVictim ? 1 : Self.messages
        touchesPages = configuration.touchesPages
        times = [UInt64](repeating: 0, count: Self.messages)
        front = try VhostUserFrontEnd(path: path, patience: configuration.patience)
        // Nobody here looks at targets.
        try front.open(wanting: [.multipleQueues, .replyAcknowledge])
        memory = try FrontEndMemory(size: Self.memorySize)
        let features = VirtioFeatures.version1 | VirtioFeatures.eventIndex | BalloonFeatures.mustTellHost.rawValue
        let accepted = features & front.offeredFeatures
        let hasEvents = accepted & VirtioFeatures.eventIndex != 0
        inflate = try FrontEndDriver(memory, at: Self.rings, usesEventIndex: hasEvents)
        deflate = try FrontEndDriver(memory, at: Self.rings + FrontEndDriver.footprint, usesEventIndex: hasEvents)
        try Self.writeArrays(memory)
        let queues = [inflate.queue, deflate.queue]
        try front.start(features: accepted, memory: memory, queues: queues)
        do throws(SystemError) {
            for queue in queues { try poll.add(queue.call.descriptor.raw, token: token) }
            try poll.add(front.descriptor, token: token, watchingHangup: true)
        } catch {
            throw .system(error)
        }
    }

    /// Writes the page numbers of all messages; they descend within a message, as Linux sends them.
    private static func writeArrays(_ memory: FrontEndMemory) throws(FrontEndError) {
        let count = LoadConfiguration.pagesPerMessage
        for message in 0..<messages {
            let array = try memory.pointer(to: arrays + UInt64(message * count * 4), count: count * 4)
            for index in 0..<count {
                let page = firstPage + UInt32(message * count + count - 1 - index)
                array.storeBytes(of: page.littleEndian, toByteOffset: 4 * index, as: UInt32.self)
            }
        }
    }

    // MARK: - Work

    /// The queue of the round.
    private var driver: FrontEndDriver { isDeflating ? deflate : inflate }

    /// Messages that the device has not answered.
    var inFlight: Int { sent - answered }

    /// When the oldest of them was sent.
    var oldest: UInt64? { inFlight > 0 ? times[answered..<sent].min() : nil }

    /// Takes answers and sends messages until it is the device's turn.
    func work(_ tally: inout LoadTally) {
        guard failure == nil else { return }
        _ = inflate.queue.call.drain()
        _ = deflate.queue.call.drain()
        // A device that is always ready does not keep this thread from the other guests.
        for _ in 0..<16 {
            do throws(FrontEndError) {
                try reap(&tally)
                try send()
            } catch {
                return fail("\(error)")
            }
            if !driver.rearm() { return }
        }
        inflate.queue.call.signal()
    }

    private func reap(_ tally: inout LoadTally) throws(FrontEndError) {
        let driver = driver
        while let token = try driver.next() {
            let now = MonotonicClock.now()
            let kind: LoadTally.Kind =
                switch (isVictim, isDeflating) {
                case (false, false): .inflate
                case (false, true): .deflate
                case (true, false): .victimInflate
                case (true, true): .victimDeflate
                }
            tally.record(kind, now &- times[Int(token) % times.count])
            answered += 1
        }
        guard answered == round else { return }
        isDeflating.toggle()
        sent = 0
        answered = 0
    }

    private func send() throws(FrontEndError) {
        let driver = driver
        while !isEnding, inFlight < window, sent < round {
            if touchesPages, !isDeflating { touch(sent) }
            let bytes = LoadConfiguration.pagesPerMessage * 4
            let buffer = DescriptorChain.Buffer(
                address: Self.arrays + UInt64(sent * bytes), length: UInt32(bytes), isDeviceWritable: false)
            times[sent] = MonotonicClock.now()
            // There is room: the window is smaller than the ring.
            try driver.add(buffer, token: UInt16(sent))
            sent += 1
            driver.flush()
        }
    }

    private func touch(_ message: Int) {
        let count = LoadConfiguration.pagesPerMessage
        let first = UInt64(Self.firstPage) + UInt64(message * count)
        guard let start = try? memory.pointer(to: first << 12, count: count << 12) else { return }
        for page in 0..<count { start.storeBytes(of: 1, toByteOffset: page << 12, as: UInt64.self) }
    }

    // MARK: - End

    func fail(_ reason: String) {
        if failure == nil { failure = "\(path): \(reason)" }
    }

    /// Whether there is nothing more to wait for.
    var isDone: Bool { failure != nil || isEnding && inFlight == 0 }

    /// Disconnects, as a machine that is turned off.
    func leave() {
        // A back-end that cannot be told any more need not be told.
        try? front.hangUp()
    }
}
