internal import Arbiter
internal import Balloon
internal import HostSignals

extension GroupLimit {
    /// What the cgroups that a VMM runs in leave its guest; `nil`: they have no limit.
    init?(_ group: MemoryCgroup) {
        guard let tightest = group.tightest() else { return nil }
        self.init(limit: Pages(bytes: tightest.limit), need: Pages(bytes: tightest.need))
    }
}
