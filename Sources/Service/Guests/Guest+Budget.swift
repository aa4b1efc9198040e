internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import HostSignals
internal import HostMemory

/// A guest under a budget.
extension Guest {
    /// A VMM connected: its virtual machine uses memory from now on.
    func takeSeat() {
        guard let seat = arbiter.seat else { return }
        let group = (backend?.descriptor).flatMap { MemoryCgroup(ofPeer: $0) }
        seat.note(group)
        seat.set(isPresent: true)
    }

    /// The driver is about to run, or memory was plugged: what the VMM shares counts, not what was configured.
    func tellMemory() {
        guard let seat = arbiter.seat, sink.table.span > 0 else { return }
        seat.set(hasReporting: device.negotiated.contains(.pageReporting))
        guard let error = seat.set(memory: Pages(bytes: sink.table.span)) else { return }
        complain("its memory is not what the budget counts with: \(error)")
    }
}
