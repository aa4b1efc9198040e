internal import Arbiter
internal import Balloon
internal import ControlAPI
internal import HostSignals

/// What the host allows the guest's VMM.
extension Guest {
    /// Says that the VMM may not use as much as its guest has. Under a budget the guest is kept below that.
    func judgeGroup() {
        guard steering.seat == nil, let max, let socket = connection?.door.descriptor,
            let group = MemoryCgroup(ofPeer: socket), let tightest = group.tightest()
        else { return }
        if let sentence = GroupLimit(tightest).sentence(for: configuration.name, of: max, in: tightest.folder) {
            steering.complain(sentence)
        }
    }
}

extension GroupLimit {
    /// What is to be said of a guest that has more memory than its VMM may use; `nil`: nothing.
    ///
    /// - Parameters:
    ///   - max: the guest's memory in bytes.
    ///   - folder: the cgroup's.
    func sentence(for guest: String, of max: UInt64, in folder: String) -> String? {
        guard ceiling.bytes < max else { return nil }
        return "its VMM's cgroup allows \(ByteSize(limit)) (\(folder)), and the guest has \(ByteSize(max)): "
            + "when it uses them the kernel kills the VMM; `aerostat set \(guest) \(ByteSize(ceiling))` keeps it below, "
            + "and a budget does so by itself"
    }
}
