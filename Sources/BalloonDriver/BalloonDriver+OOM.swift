internal import Balloon
internal import Virtio

extension BalloonDriver where Transport: ~Copyable, Clock: ~Copyable {
    /// Gives pages back since the system has run out: the driver's link in the ``OOMChain`` (spec D8).
    ///
    /// Hinted blocks come first, which costs no conversation (spec D30). Then, with DEFLATE_ON_OOM alone, the balloon
    /// is deflated below its target: by what is asked, rounded up to a batch that grows while calls follow on one
    /// another. It is not inflated again before the device speaks. Waits are bounded by
    /// ``DriverConfiguration/oomPatience``; nothing is allocated, and a call from within itself gives nothing.
    ///
    /// - Parameters:
    ///   - wanted: how many pages of 4 KiB the failed allocation needs.
    ///   - pages: the system's allocator, which gets them.
    /// - Returns: pages that are free now and were not before.
    public mutating func relieve(pages wanted: Int, _ pages: inout some PageSource & ~Copyable) -> Int {
        guard wanted > 0, !isRelieving else { return 0 }
        isRelieving = true
        defer { isRelieving = false }
        counters.oomCalls += 1
        let before = freedPages
        giveBackHinted(atLeast: wanted, &pages)
        if freedPages - before < wanted {
            do throws(DriverError) {
                if state == .running {
                    try deflateForSystem(wanted - (freedPages - before), &pages)
                } else if negotiated.contains(.deflateOnOOM), case .failed = state, self.pages > 0 {
                    // A device that is given up has no say any more, once it has confirmed its reset.
                    try recover(&pages)
                }
            } catch {
                fail(error)
            }
        }
        let freed = freedPages - before
        counters.oomPages += UInt64(freed)
        return freed
    }

    private mutating func deflateForSystem(
        _ wanted: Int, _ pages: inout some PageSource & ~Copyable
    ) throws(DriverError) {
        let before = freedPages
        let start = clock.now()
        let mayDeflate = negotiated.contains(.deflateOnOOM)
        var rest = mayDeflate ? nextRelief(wanted, start) : 0
        var isRepeated = false
        while true {
            if rest > 0 { rest -= deflate(min(rest, held.count), &pages, start) }
            if freedPages - before >= wanted { break }
            // What may still come: answers to deflations, inflations that could be undone, a report (spec D39).
            let mayCome = slots.deflating > 0 || reporting.count > 0 || (rest > 0 && slots.inflating > 0)
            guard mayCome else { break }
            if try reap(&pages) { continue }
            let waited = clock.now() &- start
            if waited >= configuration.oomPatience { break }
            if waited >= configuration.oomPatience / 2, !isRepeated {
                isRepeated = true
                repeatNotification(slots.deflating > 0 ? .deflate : slots.inflating > 0 ? .inflate : .reporting)
            }
            clock.relax()
        }
        if freedPages > before, mayDeflate {
            isHeldOff = true
            wasShort = true
            condition = .heldOff
            writeActual(start, always: true)
        }
    }

    /// How many pages to give back for a call that wants `wanted`.
    private mutating func nextRelief(_ wanted: Int, _ now: UInt64) -> Int {
        if let lastRelief, now &- lastRelief < configuration.oomMemory {
            relief = min(relief * 2, configuration.largestRelief)
        } else {
            relief = configuration.smallestRelief
        }
        lastRelief = now
        return max(wanted, relief)
    }
}
