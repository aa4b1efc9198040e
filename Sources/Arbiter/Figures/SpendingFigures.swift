internal import Balloon

/// What a guest counts with that no driver runs in, and what the host itself lends in an alarm.
enum SpendingFigures {
    /// A guest whose driver has not run for so long has none that is about to come: firmware and a boot loader take seconds. It is
    /// the alarm's first hold-off, too.
    static let patience = TimeSpan.seconds(10)
    /// How often the host is asked what it spends on such a guest.
    static let interval = TimeSpan.seconds(1)
    /// Beyond what the host spends on it, such a guest counts with an eighth of the rest, and at least so many pages: what it may
    /// come to use until the host is asked again.
    static let marginDivisor: Int64 = 8
    static let leastMargin = Pages.mebibytes(64)

    /// What the host lends beyond the budget in one step, where a guest in an alarm waits and nobody can pay. It takes as much by
    /// itself in half a second, at a failed reclaim for each MiB.
    static let loan = Pages.mebibytes(64)
    /// Such steps follow one another no faster: a guest is looked at as often in an alarm.
    static let loanPace = AlarmFigures.pace

    /// Beside its guest's memory a VMM needs so much at least, of what its own cgroup allows: QEMU some 60 MiB, and more with
    /// each device.
    static let leastNeed = Pages.mebibytes(96)
    /// A ceiling that moves by less than this stays: what a VMM needs goes up and down.
    static let ceilingSlop = Pages.mebibytes(16)

    /// What is added to what the host spends on a guest that may see so many pages.
    static func margin(on spent: Pages, of sees: Pages) -> Pages {
        max(leastMargin, (sees - spent).orNone / marginDivisor)
    }
}
