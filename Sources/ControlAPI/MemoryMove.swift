/// One movement of memory between guests, with its reason: a payer is asked, or a gainer is given. In an event: all that moved for
/// one need, see ``story``.
public struct MemoryMove: Codable, Sendable, Equatable {
    /// Counts up from 1. Of a story: that of its first movement.
    public var number: UInt64
    /// `loan`, `alarm`, `early`, `slack`, `overdraft`, `pressure`, `cap` or `surplus`. Of a story: the most urgent one.
    public var rule: String
    /// Who is asked; `nil`: what was free is given. Of a story: who is asked for most.
    public var payer: String?
    /// Whose need it is; `nil`: nobody's alone.
    public var gainer: String?
    /// Of a story: what the gainer was given; without a gainer, what payers were asked for.
    public var bytes: ByteSize
    /// The payer's price when it was chosen.
    public var price: Double?
    /// What was free before, in bytes; negative: overdrawn. Of a story: what became free meanwhile counts, so that `free` less
    /// `bytes` is the least that was left after any of its steps.
    public var free: Int64
    /// `false`: it is what would have been done, in mode `watch` or in a plan.
    public var isCarriedOut: Bool
    /// `nil`: it is one step of a plan.
    public var story: Story?

    /// All that moved for one need: for one gainer, or without one by one rule, until it was quiet for a while.
    public struct Story: Codable, Sendable, Equatable {
        /// Who was asked, by what they were asked for, most first.
        public var payers: [Payer]
        /// What the gainer took back unasked.
        public var taken: ByteSize
        /// From the first movement that is counted here to the last one.
        public var seconds: Double
        /// Movements that are counted here.
        public var steps: UInt64
        /// `false`: more is told of it in another event of the same `number`.
        public var isOver: Bool

        public init(payers: [Payer], taken: ByteSize, seconds: Double, steps: UInt64, isOver: Bool) {
            self.payers = payers
            self.taken = taken
            self.seconds = seconds
            self.steps = steps
            self.isOver = isOver
        }
    }

    /// A guest that was asked for memory.
    public struct Payer: Codable, Sendable, Equatable {
        public var guest: String
        public var bytes: ByteSize
        /// When it was asked first.
        public var price: Double?

        public init(guest: String, bytes: ByteSize, price: Double?) {
            self.guest = guest
            self.bytes = bytes
            self.price = price
        }
    }

    public init(
        number: UInt64, rule: String, payer: String?, gainer: String?, bytes: ByteSize, price: Double?, free: Int64,
        isCarriedOut: Bool, story: Story? = nil
    ) {
        self.number = number
        self.rule = rule
        self.payer = payer
        self.gainer = gainer
        self.bytes = bytes
        self.price = price
        self.free = free
        self.isCarriedOut = isCarriedOut
        self.story = story
    }

    /// The guest pays or gains by it.
    public func concerns(_ guest: String) -> Bool {
        payer == guest || gainer == guest || story?.payers.contains { $0.guest == guest } == true
    }
}
