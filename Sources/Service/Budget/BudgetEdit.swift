internal import Arbiter
internal import Balloon
internal import ControlAPI

/// A budget that took the place of another.
struct BudgetEdit {
    let before: ByteSize
    let after: ByteSize
    /// What guests are promised beyond it; 0: it is enough.
    let excess: ByteSize
    /// What becomes of decisions.
    let mode: BudgetMode

    /// For people.
    var sentence: String {
        let change = "the budget is \(after); it was \(before)"
        guard excess > 0 else { return change }
        let consequence = mode == .on ? "which is asked of them" : "which is asked of nobody in mode \(mode.rawValue)"
        return "\(change); guests are promised \(excess) more, \(consequence)"
    }

    var numbers: [String: UInt64] { ["budget": after.bytes, "before": before.bytes, "excess": excess.bytes] }
}

extension HostArbiter {
    /// Changes the budget, by what the host has now.
    mutating func set(budget size: BudgetSize, at now: Instant) throws(AdmissionError) -> BudgetEdit {
        let before = ledger.budget ?? 0
        let pages = Pages(bytes: size.size(of: ByteSize(hostMemory ?? 0)).bytes)
        try set(budget: pages, at: now)
        return BudgetEdit(
            before: ByteSize(before), after: ByteSize(pages), excess: ByteSize((0 - ledger.free).orNone),
            mode: mode.shown)
    }
}
