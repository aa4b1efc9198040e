internal import Arbiter
internal import Balloon
internal import HostSignals

/// One guest's place in a shared budget, as the guest's own reactor uses it.
struct Seat {
    let shared: SharedArbiter
    let handle: GuestHandle
    /// As the operator wrote them.
    let limits: GuestLimits

    func handle(_ input: Input, held: Pages, seenAt: UInt64? = nil) -> (Decision, SteeringView) {
        shared.handle(input, of: handle, held: held, seenAt: seenAt)
    }

    func view() -> SteeringView { shared.read { SteeringView($0, handle) } }

    /// The guest's virtual machine came or went.
    func set(isPresent: Bool) { shared.set(isPresent: isPresent, of: handle) }

    /// The cgroup that the guest's VMM runs in; `nil`: unknown.
    func note(_ group: MemoryCgroup?) { shared.note(group, of: handle) }

    /// The guest reports its free memory by itself.
    func set(hasReporting: Bool) {
        shared.write { arbiter, _ in arbiter.set(hasReporting: hasReporting, of: handle) }
    }

    /// The VMM shares another amount of memory than was configured: that is what counts.
    ///
    /// - Parameter pages: all of the guest's memory.
    /// - Returns: why it cannot be taken in, or `nil`.
    func set(memory pages: Pages) -> AdmissionError? {
        shared.write { arbiter, now -> AdmissionError? in
            guard arbiter.share(of: handle)?.limits.max != pages else { return nil }
            var limits = limits
            limits.max = pages
            limits.min = Swift.min(limits.min, pages)
            limits.reservation = Swift.min(limits.reservation, pages)
            do throws(AdmissionError) {
                try arbiter.set(limits: limits, of: handle, at: now)
                return nil
            } catch {
                return error
            }
        }
    }
}
