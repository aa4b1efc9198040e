internal import Balloon

/// How a guest that is out of memory is helped.
enum AlarmFigures {
    /// The least that an alarm gives back in one step: what a guest takes about half a second for. Steps of 64 MiB left a guest
    /// on its knees: the out-of-memory deflations end as soon as one program has its memory, and no further alarm comes.
    /// With 256 MiB the next step waited for statistics while the page cache was thrown out.
    static let leastStep = Pages.mebibytes(1024)
    /// A step is at least this part of the balloon: a half, so that a large one is empty in a few steps, too.
    static let stepDivisor: Int64 = 2
    /// The first step where a guest has no less available than it usually has: whether it lacks memory shows by what it does with
    /// that. It doubles with each further deflation.
    static let trialStep = Pages.mebibytes(64)
    static let mostTrialDoublings = 10
    /// While an alarm lasts, the guest is looked at this often: a bulk deflation moves 50 to 100 MiB meanwhile.
    static let pace = TimeSpan.milliseconds(100)
    /// A step follows another no faster than this: statistics may be on their way that do not know of the last one yet.
    static let leastBetweenSteps = pace / 2
    /// An alarm is not over before the guest has been well for this long.
    static let calmBeforeEnd = TimeSpan.milliseconds(500)
    /// The same where the guest does not tell how it is: since the last step.
    static let quietBeforeEnd = 2 * calmBeforeEnd
    /// A hold-off ends early when so many times what is comfortable lies free, and all that the alarm gave: less may be free
    /// between two bursts of reclaim.
    static let freeBeforeEarlyEnd: Int64 = 2
}
