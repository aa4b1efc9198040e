/// What would happen; the answer to `GET /v1/plan` and `GET /v1/guests/NAME/plan`. Nothing is done. Sizes are bytes.
public struct BudgetPlan: Codable, Sendable, Equatable {
    /// Who would need it, and what it would see; `nil`: the question was what would happen now.
    public var guest: String?
    public var sees: ByteSize?
    /// What the guest is promised already.
    public var promised: ByteSize?
    /// One line: what would come of it.
    public var message: String
    public var steps: [Step]
    /// Who would pay nothing, and why.
    public var refusals: [Refusal]
    /// What nobody could be made to pay.
    public var short: ByteSize
    /// What would be free afterwards; negative: overdrawn.
    public var free: Int64

    public struct Step: Codable, Sendable, Equatable {
        public var move: MemoryMove
        public var message: String

        public init(move: MemoryMove, message: String) {
            self.move = move
            self.message = message
        }
    }

    public struct Refusal: Codable, Sendable, Equatable {
        public var guest: String
        public var why: String

        public init(guest: String, why: String) {
            self.guest = guest
            self.why = why
        }
    }

    public init(
        guest: String?, sees: ByteSize?, promised: ByteSize?, message: String, steps: [Step], refusals: [Refusal],
        short: ByteSize, free: Int64
    ) {
        self.guest = guest
        self.sees = sees
        self.promised = promised
        self.message = message
        self.steps = steps
        self.refusals = refusals
        self.short = short
        self.free = free
    }
}
