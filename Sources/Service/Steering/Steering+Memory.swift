internal import Arbiter
internal import Balloon
internal import ControlAPI

/// How much memory the guest has: that counts, not what was configured, nor what its VMM shares.
extension Steering {
    /// Takes up what memory the VMM shares.
    ///
    /// - Parameter pages: from the first to the last that is guest memory.
    mutating func note(shared pages: Pages) { change { $0.note(shared: pages) } }

    /// A driver with an empty balloon has begun to run: it is to say what memory there is.
    ///
    /// - Parameter negotiated: the features that it agreed to.
    mutating func expectMemory(_ negotiated: BalloonFeatures) {
        change {
            $0.driverStarted(
                tells: negotiated.contains(.statistics), deflatesOnOOM: negotiated.contains(.deflateOnOOM))
        }
    }

    /// The guest reports its free memory by itself.
    func note(hasReporting: Bool) {
        if let seat { seat.shared.set(hasReporting: hasReporting, of: seat.handle) }
    }

    /// Tells the budget what the host spends on the guest.
    func note(spent pages: Pages?) {
        if let seat { seat.shared.note(spent: pages, on: seat.handle) }
    }

    /// Takes in what the guest says that it has, before anything is decided by what else it says.
    ///
    /// - Returns: what is to be done where less is to be asked of it for that.
    mutating func learnMemory(from input: Input, held: Pages) -> Decision {
        switch input {
        case .statistics(let set): change { $0.hear(set, held: held) }
        case .statisticsTimedOut(.guest): change { $0.notAnswered() }
        default: return Decision()
        }
        guard let pages = dueRequest(.sameDriver) else { return Decision() }
        return decide(.reckoned(pages), held: held)
    }

    /// Changes what is known, and tells whoever counts with it.
    private mutating func change(_ body: (inout GuestMemory) -> Void) {
        let before = memory
        edit(body)
        guard memory != before else { return }
        let (old, new) = (before.difference, memory.difference)
        if old != new {
            if let old { withdraw(old) }
            if let new { complain(new) }
        }
        guard let counted = memory.counted, counted > 0 else { return }
        if let seat {
            if let error = seat.shared.set(memory: counted, of: seat) {
                complain("its memory is not what the budget counts with: \(error)")
            }
            refresh()
        }
        guard let was = before.counted, before.isTold, memory.isTold, was != counted else { return }
        say(
            .memory, "the guest has \(ByteSize(counted)) now; it had \(ByteSize(was))",
            ["max": counted.bytes, "before": was.bytes])
    }
}

extension GuestMemory {
    /// What there is to say of the guest's memory; `nil`: it is what it should be.
    fileprivate var difference: String? {
        guard let shared, let counted else { return nil }
        if isLess {
            return "the guest says that it has \(ByteSize(counted)) of the \(ByteSize(shared)) that its VMM shares: "
                + "that is what counts"
        }
        guard let configured, configured != shared else { return nil }
        return "max is \(ByteSize(configured)), but the VMM shares \(ByteSize(shared)); "
            + (counted == shared ? "that is what counts" : "the smaller counts until the guest has said what it has")
    }
}
