import Balloon
import Linux
import VhostUser
import Virtio

/// An animal that lives: its driver, and the programs that use its memory. One thread.
final class AnimalDriver {
    let animal: Animal
    private(set) var memory: AnimalMemory
    private(set) var facts = AnimalFacts()
    private let machine: any AnimalMachine
    private let rings: [FrontEndDriver]
    /// Queues by role, while the driver runs.
    private var numbers: [QueueRole: Int] = [:]
    private var features: BalloonFeatures = []
    private(set) var isRunning = false
    /// The device's wish, as read last.
    private var target = 0
    private var command: UInt32 = 0
    /// `actual`, as this driver wrote it last.
    private var written: UInt32?
    /// The driver's worker has something to do.
    private var isChasing = false
    private var isPaused = false
    /// It is to move pages while it follows.
    var isCompacting = false
    private var nextMessage: UInt64 = 0
    private var appetite = Appetite()
    private var silence: (from: UInt64, until: UInt64)?
    private var answers: UInt64 = 0
    /// Bytes that the guest wrote into pages of its own; they are to stay.
    private var marks: [UInt32: UInt8] = [:]
    private let patience: UInt64 = 20_000_000_000

    /// What programs still want.
    private struct Appetite {
        /// Pages.
        var wanted = 0
        var eaten = 0
        var perSecond = 0
        var next: UInt64 = 0
    }

    init(_ animal: Animal, path: String, isVfio: Bool) throws {
        self.animal = animal
        memory = AnimalMemory(animal.memory, page: animal.driver.page)
        let shared = try FrontEndMemory(size: UInt64(animal.memory.shared) << 20, low: UInt64(AnimalMemory.low) << 12)
        machine = try isVfio ? VfioUserMachine(path, shared) : VhostUserMachine(path, shared)
        rings = try (0..<5).map {
            try FrontEndDriver(
                shared, at: 0x10_0000 + $0 * FrontEndDriver.footprint, size: 64, usesEventIndex: false)
        }
        for page in 1600..<1664 as Range<UInt32> { try mark(page) }
    }

    var descriptors: [CInt] { machine.descriptors + rings.map { $0.queue.call.descriptor.raw } }

    /// Facts since the last call.
    func takeFacts() throws -> AnimalFacts {
        facts.lost = try lostMarks()
        facts.noteHeld(memory.held)
        defer {
            facts = AnimalFacts()
            facts.noteHeld(memory.held)
        }
        return facts
    }

    // MARK: - The driver's life

    func load() throws {
        guard let wanted = animal.features else { return }
        let offered = try machine.offered()
        features = wanted.intersection(BalloonFeatures(rawValue: offered))
        numbers = [:]
        for role in QueueRole.allCases where role.feature.map(features.contains) ?? true {
            numbers[role] = numbers.count
        }
        for ring in rings { try ring.restart() }
        if has(.statistics) {
            // Linux fills the buffer and kicks before DRIVER_OK.
            try offerStatistics(animal.speech.firstBuffer)
        }
        try machine.start(
            features.rawValue | offered & VirtioFeatures.version1, rings.prefix(numbers.count).map(\.queue))
        isRunning = true
        isChasing = true
        written = 0
        try readConfiguration()
    }

    private func has(_ role: QueueRole) -> Bool { numbers[role] != nil }

    /// Gives all back, and says so.
    func giveAllBack() throws {
        while memory.held > 0 { try takeBack(memory.held) }
        try writeActual()
    }

    /// Resets the device. What is in the balloon then is in it no more.
    func reset() throws {
        if isRunning { try machine.reset() }
        isRunning = false
        isPaused = false
        numbers = [:]
        memory.reset(animal.memory)
        appetite = Appetite()
    }

    func pause() throws {
        try machine.pause()
        isPaused = true
    }

    func goOn() throws {
        try machine.goOn()
        isPaused = false
    }

    func leave() { try? machine.hangUp() }

    func plug() { memory.plug(upTo: animal.memory.shared << 8) }

    // MARK: - What happens to it

    func want(_ mebibytes: Int, perSecond: Int) {
        appetite.wanted += mebibytes << 8
        appetite.perSecond = perSecond << 8
    }

    var isEating: Bool { appetite.wanted > 0 }
    /// It takes nothing of what it is told.
    var isStill: Bool { silence != nil || isPaused || !isRunning }

    /// Takes pages back unasked.
    func cry(_ pages: Int) throws {
        for _ in 0..<(pages + 255) / 256 where memory.held > 0 { try takeBackUnasked() }
    }

    func endPrograms() {
        memory.programs -= appetite.eaten
        appetite = Appetite()
    }

    func standStill(milliseconds: Int) {
        let now = MonotonicClock.now()
        silence = (now, now + UInt64(milliseconds) * 1_000_000)
    }

    // MARK: - Life

    /// Does what is to be done now.
    ///
    /// - Returns: when to be called again (ns), if nothing happens before; `nil`: not before.
    func live() throws -> UInt64? {
        let now = MonotonicClock.now()
        if let silence {
            guard now >= silence.until else { return silence.until }
            facts.longestSilence = max(facts.longestSilence, now - silence.from)
            self.silence = nil
        }
        guard isRunning, !isPaused else { return nil }
        for ring in rings { _ = ring.queue.call.drain() }
        if try machine.takeChange() { try readConfiguration() }
        try answer()
        var next: UInt64 = .max
        if appetite.wanted > 0 { next = min(next, try eat(now)) }
        if isChasing { next = min(next, try follow(now)) }
        return next < .max ? next : nil
    }

    private func readConfiguration() throws {
        let read = try machine.configuration()
        target = Int(read.numPages)
        if let written, read.actual != written { facts.misread += 1 }
        isChasing = true
        if features.contains(.freePageHint), read.freePageHintCommandID != command {
            command = read.freePageHintCommandID
            try hint()
        }
    }

    /// One message towards the target.
    private func follow(_ now: UInt64) throws -> UInt64 {
        guard now >= nextMessage else { return nextMessage }
        let page = memory.page
        // A guest page is in the balloon or not.
        let wanted = (target + page - 1) / page * page
        let bytes: Int
        if memory.held < wanted {
            bytes = try give(min(animal.driver.batch * animal.driver.inFlight, wanted - memory.held))
            if isCompacting { try migrate() }
            if bytes == 0 {
                facts.puffs += 1
                nextMessage = now + 200_000_000
                return nextMessage
            }
        } else if memory.held > wanted {
            let chunk = animal.driver.chunk
            bytes = try takeBack(min(animal.driver.batch, (memory.held - wanted + chunk - 1) / chunk * chunk))
        } else {
            isChasing = false
            return .max
        }
        try writeActual()
        facts.noteHeld(memory.held)
        if let speed = animal.driver.speed { nextMessage = now + UInt64(Double(bytes) / speed * 1e9) }
        return max(now, nextMessage)
    }

    private func give(_ pages: Int) throws -> Int {
        let frames = memory.inflate(pages)
        for frame in frames { marks[frame] = nil }
        try send(frames, .inflate)
        facts.noteHeld(memory.held)
        // What a program takes at the same moment is nobody's fault.
        if !frames.isEmpty, appetite.wanted == 0 {
            facts.leastLeft = min(facts.leastLeft ?? .max, memory.left)
        }
        if animal.givesBackOnReclaim, !frames.isEmpty, memory.free < 2 * AnimalMemory.watermark {
            try takeBackUnasked()
        }
        return frames.count * memory.page << 12
    }

    @discardableResult
    private func takeBack(_ pages: Int) throws -> Int {
        let frames = memory.deflate(pages, isOldestFirst: animal.driver.isOldestFirst)
        let samples = frames.enumerated().filter { $0.offset % 64 == 0 }.map(\.element)
        if animal.driver.freesFirst { for frame in samples { try mark(frame) } }
        try send(frames[...], .deflate)
        if !animal.driver.freesFirst { for frame in samples { try mark(frame) } }
        return frames.count * memory.page << 12
    }

    /// What Linux' notifier does.
    private func takeBackUnasked() throws {
        facts.taken += min(256, memory.held)
        try takeBack(256)
        try writeActual()
        facts.noteHeld(memory.held)
    }

    private func migrate() throws {
        guard let (new, old) = memory.migrate() else { return }
        marks[new] = nil
        try send([new], .inflate)
        try send([old], .deflate)
        try mark(old)
    }

    /// Programs take what they want, as far as it is there.
    private func eat(_ now: UInt64) throws -> UInt64 {
        guard now >= appetite.next else { return appetite.next }
        let bite = min(256, appetite.wanted)
        let isReclaim = memory.free < bite + AnimalMemory.watermark
        if memory.makeFree(bite) {
            memory.programs += bite
            appetite.eaten += bite
            appetite.wanted -= bite
            appetite.next = now + UInt64(bite) * 1_000_000_000 / UInt64(max(1, appetite.perSecond))
            if isReclaim, animal.givesBackOnReclaim, memory.held > 0 { try takeBackUnasked() }
            return appetite.next
        }
        // A reclaim that failed whole comes before.
        appetite.next = now + 5_000_000
        if animal.want == .deflates, features.contains(.deflateOnOOM), memory.held > 0 {
            try takeBackUnasked()
            return appetite.next
        }
        facts.kills += 1
        if animal.want == .panics {
            try reset()
            try load()
        } else {
            endPrograms()
        }
        return appetite.next
    }

    // MARK: - Queues

    /// Sends guest pages, in as many messages as it takes, and waits for them.
    private func send(_ frames: ArraySlice<UInt32>, _ role: QueueRole) throws {
        guard let number = numbers[role] else { return }
        let ring = rings[number]
        let perMessage = max(1, animal.driver.batch / memory.page)
        var rest = frames
        while !rest.isEmpty {
            var sent = 0
            while sent < animal.driver.inFlight, !rest.isEmpty {
                let part = rest.prefix(perMessage)
                rest = rest.dropFirst(perMessage)
                let address = ring.buffer + UInt64(sent) * 4096
                let length = try write(part, at: address)
                try ring.add(.init(address: address, length: length, isDeviceWritable: false))
                sent += 1
            }
            try flush(number)
            for _ in 0..<sent { try awaitReturn(ring) }
        }
    }

    private func write(_ frames: ArraySlice<UInt32>, at address: UInt64) throws -> UInt32 {
        let width = animal.driver.isWide ? 8 : 4
        let length = frames.count * memory.page * width
        let bytes = try machine.memory.pointer(to: address, count: length)
        var offset = 0
        for frame in frames {
            for page in frame..<frame + UInt32(memory.page) {
                bytes.storeBytes(of: page.littleEndian, toByteOffset: offset, as: UInt32.self)
                if width == 8 { bytes.storeBytes(of: 0, toByteOffset: offset + 4, as: UInt32.self) }
                offset += width
            }
        }
        return UInt32(length)
    }

    private func flush(_ number: Int) throws {
        if rings[number].publish() { try machine.notify(number, rings[number].queue) }
    }

    private func awaitReturn(_ ring: FrontEndDriver) throws {
        guard try ring.awaitNext(until: MonotonicClock.now() + patience) != nil else {
            throw Keeper.Trouble(description: "\(animal.name): a request was not returned")
        }
    }

    private func writeActual() throws {
        let held = UInt32(memory.held)
        let actual: UInt32
        switch animal.driver.actual {
        case .perMessage: actual = held
        case .never: return
        case .wrong: actual = 3 * held + 7
        }
        try machine.write(actual: actual)
        written = actual
    }

    // MARK: - Statistics

    private func answer() throws {
        guard let number = numbers[.statistics] else { return }
        guard try rings[number].next() != nil else { return }
        guard animal.speech.isAnswering else { return }
        if facts.longestSilence > 0 { facts.answersAfterSilence += 1 }
        try offerStatistics(nil)
        try flush(number)
    }

    private func offerStatistics(_ bytes: [UInt8]?) throws {
        guard let number = numbers[.statistics] else { return }
        let ring = rings[number]
        let bytes = bytes ?? AnimalSpeech(animal, memory, answers: answers, kills: facts.kills).bytes
        if bytes.isEmpty { return }
        answers += 1
        if let available = AnimalSpeech.available(in: bytes) {
            facts.leastClaimed = min(facts.leastClaimed ?? .max, available)
            facts.claimed.insert(available >> 8)
        }
        try machine.memory.pointer(to: ring.buffer, count: bytes.count).copyMemory(from: bytes, byteCount: bytes.count)
        try ring.add(.init(address: ring.buffer, length: UInt32(bytes.count), isDeviceWritable: false))
        _ = ring.publish()
        if isRunning { try machine.notify(number, ring.queue) }
    }

    // MARK: - Hinting

    /// Follows a command: all free memory, in blocks of 4 MiB, is set aside until the device is done.
    private func hint() throws {
        guard command > 1, let number = numbers[.freePageHint] else {
            if command == 1 { memory.hinted = 0 }
            return
        }
        let ring = rings[number]
        try sendCommand(command, ring, number)
        let block = 1024
        for index in 0..<max(0, memory.free / block - 1) {
            let address = UInt64(AnimalMemory.first) << 12 + UInt64(index) << 22
            try ring.add(.init(address: address, length: 4 << 20, isDeviceWritable: true))
            try flush(number)
            try awaitReturn(ring)
            memory.hinted += block
        }
        try sendCommand(0, ring, number)
    }

    private func sendCommand(_ id: UInt32, _ ring: FrontEndDriver, _ number: Int) throws {
        try machine.memory.pointer(to: ring.buffer, count: 4).storeBytes(of: id.littleEndian, as: UInt32.self)
        try ring.add(.init(address: ring.buffer, length: 4, isDeviceWritable: false))
        try flush(number)
        try awaitReturn(ring)
    }

    // MARK: - Contents

    private func mark(_ page: UInt32) throws {
        let byte = UInt8(truncatingIfNeeded: page * 31 + 7) | 1
        try machine.memory.pointer(to: UInt64(page) << 12, count: 1).storeBytes(of: byte, as: UInt8.self)
        marks[page] = byte
    }

    private func lostMarks() throws -> Int {
        try marks.count { page, byte in
            try machine.memory.pointer(to: UInt64(page) << 12, count: 1).load(as: UInt8.self) != byte
        }
    }
}
