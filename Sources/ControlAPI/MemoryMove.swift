/// One movement of memory between guests, with its reason: a payer is asked, or a gainer is given.
public struct MemoryMove: Codable, Sendable, Equatable {
    /// Counts up from 1.
    public var number: UInt64
    /// `loan`, `alarm`, `early`, `slack`, `overdraft`, `pressure`, `cap` or `surplus`.
    public var rule: String
    /// Who is asked; `nil`: what was free is given.
    public var payer: String?
    /// Whose need it is; `nil`: nobody's alone.
    public var gainer: String?
    public var bytes: ByteSize
    /// The payer's price when it was chosen.
    public var price: Double?
    /// What was free before, in bytes; negative: overdrawn. Where several steps are told as one, what became free meanwhile counts,
    /// so that `free` less `bytes` is the least that was left after any of them.
    public var free: Int64
    /// `false`: it is what would have been done, in mode `watch` or in a plan.
    public var isCarriedOut: Bool

    public init(
        number: UInt64, rule: String, payer: String?, gainer: String?, bytes: ByteSize, price: Double?, free: Int64,
        isCarriedOut: Bool
    ) {
        self.number = number
        self.rule = rule
        self.payer = payer
        self.gainer = gainer
        self.bytes = bytes
        self.price = price
        self.free = free
        self.isCarriedOut = isCarriedOut
    }
}
