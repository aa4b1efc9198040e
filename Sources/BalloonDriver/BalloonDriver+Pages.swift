internal import Balloon
internal import Virtio

/// Inflating and deflating.
extension BalloonDriver where Transport: ~Copyable, Clock: ~Copyable {
    /// Sends up to `count` pages, in as many messages as there are slots.
    mutating func inflate(_ count: Int, _ pages: inout some PageSource & ~Copyable, _ now: UInt64) {
        if let retryTime, now < retryTime { return }
        retryTime = nil
        guard !isHeldOff else {
            condition = .heldOff
            return
        }
        // A page that was freed before its deflation is acknowledged must not overtake that on the other queue.
        guard slots.deflating == 0 else { return }
        condition = .inflating
        guard !reportFirst(count, &pages, now) else { return }
        let floor = wasShort ? max(configuration.reserve, configuration.comfort) : configuration.reserve
        var rest = count
        while rest > 0, room(.inflate) > 0,
            let slot = slots.free(for: .inflate)
        {
            let most = min(rest, slots.perMessage, pages.freePages - floor)
            let got = most > 0 ? allocate(most, slot, &pages) : 0
            guard got > 0 else {
                condition = UInt64(target) > held.range.count ? .targetBeyondMemory : wasShort ? .heldOff : .outOfPages
                retryTime = now &+ configuration.retryInterval
                break
            }
            let buffer = slots.send(slot, .inflate, length: got, at: now)
            guard add(.inflate, buffer, token: slot) else {
                slots.finish(slot)
                pages.free(slots.pages(slot, got).span)
                break
            }
            counters.messages += 1
            inflatingPages += got
            rest -= got
            // The device begins with this one while we make the next.
            kick(.inflate)
        }
    }

    /// Has the system fill a slot with pages; any that cannot be ours are given back.
    private mutating func allocate(_ count: Int, _ slot: Int, _ pages: inout some PageSource & ~Copyable) -> Int {
        let numbers = slots.pages(slot, count)
        var span = numbers.mutableSpan
        let got = min(count, pages.allocate(into: &span))
        let range = held.range
        for index in 0..<max(0, got) where UInt64(numbers[index]) < range.start || UInt64(numbers[index]) >= range.end {
            pages.free(numbers.extracting(0..<got).span)
            return 0
        }
        return got
    }

    /// The device has the pages of a message now (spec D12).
    mutating func finishInflation(_ slot: Int, _ pages: inout some PageSource & ~Copyable) {
        guard slot < slots.count, slots[slot].use == .inflate else { return }
        let count = slots[slot].count
        let numbers = slots.pages(slot, count)
        for index in 0..<count { _ = held.insert(UInt64(numbers[index])) }
        slots.finish(slot)
        inflatingPages -= count
        counters.inflatedPages += UInt64(count)
    }

    /// Asks for up to `count` held pages back (spec D9, D13). Where the device need not be told first they are the
    /// system's at once (spec D10, D11).
    ///
    /// - Returns: pages in the messages sent.
    mutating func deflate(_ count: Int, _ pages: inout some PageSource & ~Copyable, _ now: UInt64) -> Int {
        let isFreed = !negotiated.contains(.mustTellHost)
        var sent = 0
        while sent < count, held.count > 0, room(.deflate) > 0,
            let slot = slots.free(for: .deflate(isFreed: isFreed))
        {
            var numbers = slots.pages(slot, min(count - sent, slots.perMessage)).mutableSpan
            let got = held.take(into: &numbers)
            guard got > 0 else { break }
            let buffer = slots.send(slot, .deflate(isFreed: isFreed), length: got, at: now)
            // There is a free descriptor, so this cannot be refused.
            guard add(.deflate, buffer, token: slot) else { break }
            counters.messages += 1
            deflatingPages += got
            sent += got
            // The device can see the message before anyone else can have its pages.
            kick(.deflate)
            if isFreed { release(slot, got, &pages) }
        }
        return sent
    }

    /// The device has acknowledged a deflation.
    mutating func finishDeflation(_ slot: Int, _ pages: inout some PageSource & ~Copyable) {
        guard slot < slots.count, case .deflate(let isFreed) = slots[slot].use else { return }
        if !isFreed { release(slot, slots[slot].count, &pages) }
        slots.finish(slot)
    }

    /// Gives the pages of a slot back to the system.
    mutating func release(_ slot: Int, _ count: Int, _ pages: inout some PageSource & ~Copyable) {
        deflatingPages -= count
        counters.deflatedPages += UInt64(count)
        giveBack(slots.pages(slot, count), &pages)
    }

    /// Gives pages back to the system, filled as its free pages are (spec D34).
    mutating func giveBack(_ numbers: UnsafeMutableBufferPointer<UInt32>, _ pages: inout some PageSource & ~Copyable) {
        if let poison = pages.poison {
            for number in numbers { pages.fill(PageRun(start: UInt64(number), count: 1), with: poison) }
        }
        freedPages += numbers.count
        pages.free(numbers.span)
    }
}
