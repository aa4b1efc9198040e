internal import Arbiter
internal import Balloon
internal import HostSignals
internal import Linux

/// Looks how the host is, for the budget; lives on the first reactor's thread.
///
/// The kernel tells of tasks that wait for memory (PSI triggers). It has no event for memory that becomes scarce before
/// anybody waits (MemAvailable), nor for better times: for these a host with a budget is looked at every few seconds, and
/// every second while it is short. Without a budget nobody looks.
final class HostWatch {
    private static let calmInterval: UInt64 = 5_000_000_000
    private static let shortInterval: UInt64 = 1_000_000_000
    /// Guests whose VMMs' cgroups are looked at in one go: some files each.
    private static let groupsPerLook = 16

    private let shared: SharedArbiter
    private var triggers: [Watched] = []
    /// Those of the cgroup that all guests run in.
    private var groupTriggers: [Watched] = []
    private var group: MemoryCgroup?
    /// The guest whose VMM's cgroup is looked at next.
    private var nextGuest = 0
    /// When to look again (ns).
    private(set) var deadline: UInt64 = 0
    /// What this machine does not tell, one sentence each.
    private(set) var missing: [String] = []
    private(set) var latest = HostReading()

    private final class Watched {
        let trigger: PressureTrigger
        init(_ trigger: consuming PressureTrigger) { self.trigger = trigger }
    }

    init(_ shared: SharedArbiter, poll: borrowing EventPoll) {
        self.shared = shared
        missing = HostReading.read(group: nil).missing
        do throws(SystemError) {
            triggers = try Self.watch(MemoryPressure.hostFile, poll)
        } catch {
            missing.append(
                "the host's memory pressure cannot be waited for (\(error)): it is looked at every 5 s instead")
        }
    }

    private static func watch(_ file: String, _ poll: borrowing EventPoll) throws(SystemError) -> [Watched] {
        var triggers: [Watched] = []
        for kind in PressureTrigger.Kind.allCases {
            let watched = Watched(try PressureTrigger(kind, of: file))
            try poll.addUrgent(watched.trigger.descriptor.raw, token: Token.pressure)
            triggers.append(watched)
        }
        return triggers
    }

    /// Guests came or went, and share another cgroup.
    private func follow(_ newGroup: MemoryCgroup?, _ poll: borrowing EventPoll) {
        guard newGroup != group else { return }
        group = newGroup
        // A descriptor that is closed leaves the poll.
        groupTriggers = []
        guard let file = group?.pressureFile, file != MemoryPressure.hostFile else { return }
        // The root has no such file, and others may not be ours to watch: the host's own pressure is watched anyway.
        groupTriggers = (try? Self.watch(file, poll)) ?? []
    }

    /// Tells the arbiter what the cgroups of some VMMs allow.
    private func lookAtGroups() {
        let (groups, next) = shared.groups(from: nextGuest, atMost: Self.groupsPerLook)
        nextGuest = next
        for (guest, own) in groups {
            let limit = own?.tightest().map { GroupLimit($0) }
            shared.write { arbiter, now in arbiter.set(groupLimit: limit, of: guest, at: now) }
        }
    }

    /// Tells the arbiter how the host is now.
    ///
    /// - Parameter isBroken: a watched file is gone, as when a cgroup is removed.
    func look(at now: UInt64, _ poll: borrowing EventPoll, isBroken: Bool = false) {
        if isBroken { follow(nil, poll) }
        follow(shared.commonGroup(), poll)
        latest = HostReading.read(group: group)
        let signals = latest.signals
        let isShort = shared.write { arbiter, now in
            arbiter.handle(signals, at: now)
            return arbiter.pressure != .calm || arbiter.ledger.effective < arbiter.ledger.budget ?? 0
        }
        lookAtGroups()
        deadline = now + (isShort ? Self.shortInterval : Self.calmInterval)
    }
}
