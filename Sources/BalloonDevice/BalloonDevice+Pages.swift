internal import Balloon
public import Virtio

extension BalloonDevice {
    /// Page numbers that are looked at in one step. A driver may send billions; between steps others get their turn.
    public static let pagesPerStep = 1024

    /// How far a request on the inflate or deflate queue has come.
    public enum Step: Equatable, Sendable {
        /// All is done: return the chain. `unsolicited` pages went below what we asked for, and nothing explains it.
        case done(unsolicited: UInt64)
        /// There is more: call again with the same reader. `unsolicited` pages of this step went below what we asked for.
        case more(unsolicited: UInt64)
    }

    /// Takes pages in: marks them held and lets the host have them, before the request is acknowledged (spec V2).
    ///
    /// What cannot be read ends the request and is counted in ``counters``; a chain is returned in any case.
    ///
    /// - Parameters:
    ///   - chain: a request on the inflate queue.
    ///   - reader: a fresh one for each chain, kept by the caller between the steps of one.
    ///   - memory: where the page frame numbers are read from.
    ///   - sink: is told of each run that the host may have.
    public mutating func inflate(
        _ chain: borrowing DescriptorChain, _ reader: inout ChainReader,
        memory: borrowing some GuestMemory & ~Copyable, sink: inout some DiscardSink & ~Copyable
    ) -> Step {
        let step = forEachRun(chain, &reader, memory: memory) { device, run, isWholeMessage in
            var new: UInt64 = 0
            let layout = device.layout
            let bad = layout.clip(run) { part, region in new += device.hold(part, of: region, sink: &sink) }
            device.counters.badPages += bad
            device.counters.repeatedPages += run.count - bad - new
            device.counters.inflatedPages += new
            device.askedFor.noteInflated(new, isMigration: isWholeMessage && new == run.count)
            return 0
        }
        if case .done = step { askedFor.endInflation(held: held.count, target: target) }
        return step
    }

    /// Gives pages back. Nothing is done to memory, and from now on nothing will be: the guest brings it in by touching
    /// it.
    ///
    /// - Parameters:
    ///   - chain: a request on the deflate queue.
    ///   - reader: a fresh one for each chain, kept by the caller between the steps of one.
    ///   - memory: where the page frame numbers are read from.
    ///   - sink: is told of each run that the guest takes back.
    public mutating func deflate(
        _ chain: borrowing DescriptorChain, _ reader: inout ChainReader,
        memory: borrowing some GuestMemory & ~Copyable, sink: inout some DiscardSink & ~Copyable
    ) -> Step {
        if reader == ChainReader() { askedFor.beginMessage(held: held.count, target: target) }
        let step = forEachRun(chain, &reader, memory: memory) { device, run, isWholeMessage in
            let before = device.held.count
            var gone: UInt64 = 0
            let layout = device.layout
            let bad = layout.clip(run) { part, region in gone += device.release(part, of: region, sink: &sink) }
            device.counters.badPages += bad
            device.counters.repeatedPages += run.count - bad - gone
            device.counters.deflatedPages += gone
            if gone > 0, device.negotiated.contains(.mustTellHost) { device.seen.insert(.mustTellHost) }
            let unsolicited = device.askedFor.unexplained(
                gone, before: before, target: device.target, isWholeMessage: isWholeMessage && gone == run.count)
            if unsolicited > 0, device.negotiated.contains(.deflateOnOOM) { device.seen.insert(.deflateOnOOM) }
            device.counters.unsolicitedPages += unsolicited
            return unsolicited
        }
        if case .done = step { askedFor.endMessage(held: held.count, target: target) }
        return step
    }

    /// Reads up to ``pagesPerStep`` page numbers and hands their runs to `body`, together with whether the run is all
    /// that the message says.
    private mutating func forEachRun(
        _ chain: borrowing DescriptorChain, _ reader: inout ChainReader,
        memory: borrowing some GuestMemory & ~Copyable,
        _ body: (inout BalloonDevice, PageRun, _ isWholeMessage: Bool) -> UInt64
    ) -> Step {
        let isFirstStep = reader == ChainReader()
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.pagesPerStep) { buffer in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            let filled: Int
            do throws(GuestMemoryError) {
                filled = try reader.read(chain, from: memory, into: bytes)
            } catch {
                counters.unreadable += 1
                counters.messages += 1
                return .done(unsolicited: 0)
            }
            // A rest of less than four bytes at the end is no page number.
            let numbers = UnsafeMutableBufferPointer(rebasing: buffer[..<(filled / 4)])
            let pages = normalize(numbers)
            let isLastStep = filled < bytes.count
            var unsolicited: UInt64 = 0
            PageRun.forEach(sorting: UnsafeMutableBufferPointer(rebasing: numbers[..<pages])) { run in
                unsolicited += body(&self, run, isFirstStep && isLastStep && run.count == UInt64(pages))
            }
            if !isLastStep { return .more(unsolicited: unsolicited) }
            counters.messages += 1
            return .done(unsolicited: unsolicited)
        }
    }

    /// Decodes the numbers in place and leaves out zeros: Windows sends entries of eight bytes, whose upper halves
    /// would otherwise be page 0, and no system gives its page 0.
    ///
    /// - Returns: how many are left, at the front.
    private mutating func normalize(_ numbers: UnsafeMutableBufferPointer<UInt32>) -> Int {
        var kept = 0
        for index in numbers.indices {
            let number = UInt32(littleEndian: numbers[index])
            guard number != 0 else { continue }
            numbers[kept] = number
            kept += 1
        }
        counters.zeroEntries += UInt64(numbers.count - kept)
        return kept
    }
}
