internal import Arbiter
internal import Balloon
internal import HostSignals

extension GroupLimit {
    /// What the cgroups that a VMM runs in leave its guest, by the one that leaves least; see ``MemoryCgroup/tightest(_:_:)``.
    init(_ tightest: (folder: String, limit: UInt64, need: UInt64)) {
        self.init(limit: Pages(bytes: tightest.limit), need: Pages(bytes: tightest.need))
    }
}
