internal import Arbiter
internal import Balloon

/// One guest's place in a shared budget.
struct Seat {
    let shared: SharedArbiter
    let handle: GuestHandle
    /// As the operator wrote them.
    let limits: GuestLimits
}

extension SharedArbiter {
    /// What the arbiter says of a guest now.
    func view(of guest: GuestHandle) -> SteeringView { read { SteeringView($0, guest) } }

    /// The guest reports its free memory by itself.
    func set(hasReporting: Bool, of guest: GuestHandle) {
        write { arbiter, _ in arbiter.set(hasReporting: hasReporting, of: guest) }
    }

    /// The host spends so many pages on the guest; `nil`: nobody looks any longer.
    func note(spent pages: Pages?, on guest: GuestHandle) {
        write { arbiter, now in arbiter.note(spent: pages, on: guest, at: now) }
    }

    /// Takes up how much memory the guest has, where it is another amount than counted so far.
    ///
    /// - Parameter pages: all of the guest's memory.
    /// - Returns: why it cannot be taken in, or `nil`.
    func set(memory pages: Pages, of seat: Seat) -> AdmissionError? {
        write { arbiter, now -> AdmissionError? in
            guard arbiter.share(of: seat.handle)?.limits.max != pages else { return nil }
            var limits = seat.limits
            limits.max = pages
            limits.min = min(limits.min, pages)
            limits.reservation = min(limits.reservation, pages)
            do throws(AdmissionError) {
                try arbiter.set(limits: limits, of: seat.handle, at: now)
                return nil
            } catch {
                return error
            }
        }
    }
}
