internal import Arbiter
internal import Balloon
internal import ControlAPI

/// A budget that took the place of another. Bytes.
struct BudgetEdit {
    let before: UInt64
    let after: UInt64
    /// What guests are promised beyond it; 0: it is enough.
    let excess: UInt64

    /// For people.
    var sentence: String {
        let change = "the budget is \(ByteSize(after)); it was \(ByteSize(before))"
        return excess > 0 ? "\(change); guests are promised \(ByteSize(excess)) more, which is asked of them" : change
    }

    var numbers: [String: UInt64] { ["budget": after, "before": before, "excess": excess] }
}

extension HostArbiter {
    /// Changes the budget, by what the host has now.
    mutating func set(budget size: BudgetSize, at now: UInt64) throws(AdmissionError) -> BudgetEdit {
        let before = (ledger.budget ?? 0) * PageFrame.size
        let host = ByteSize((hostMemory ?? 0) * PageFrame.size)
        let pages = size.size(of: host).bytes / PageFrame.size
        try set(budget: pages, at: now)
        return BudgetEdit(
            before: before, after: pages * PageFrame.size,
            excess: UInt64(max(0, -ledger.free)).multipliedReportingOverflow(by: PageFrame.size).partialValue)
    }
}
