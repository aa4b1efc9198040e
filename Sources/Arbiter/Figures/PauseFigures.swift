/// How long a balloon is left alone after trouble.
enum PauseFigures {
    static let first = TimeSpan.seconds(10)
    static let longest = TimeSpan.seconds(1000)
    /// Each pause is so many times longer than the one before.
    static let growth: UInt64 = 10
    /// The same under a budget, where a guest had to pay shortly before it hurt: others wait for what is held back.
    static let growthUnderBudget: UInt64 = 2
    /// Trouble this long after the last one's pause counts as the first.
    static let forgiveAfter = TimeSpan.seconds(300)
}
