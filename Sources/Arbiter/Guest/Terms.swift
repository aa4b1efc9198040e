internal import Balloon

/// What the host allows for one decision about a guest.
struct Terms {
    /// Pages that the guest has: what it says beyond them is not believed.
    var memory = Pages.unlimited
    /// Pages by which the decision may raise what the guest sees; unlimited: the memory is shared with nobody.
    var grantable = Pages.unlimited
    /// By how much each pause is longer than the one before.
    var pauseGrowth = PauseFigures.growth
    /// Trouble now is of the guest's own making: nothing was taken from it lately.
    var isForgiven = false
    /// Nothing is decided: the target stays as it is.
    var isFrozen = false
    /// How long a guest that has just started is left alone.
    var startGrace = StartFigures.grace
    /// The share of what is comfortable that there is for each guest; 1 but where memory is scarce.
    var ease = 1.0

    /// The same where nothing can be granted.
    var grantingNothing: Terms {
        var terms = self
        terms.grantable = 0
        return terms
    }

    /// Others wait for what this guest keeps to itself.
    var isShared: Bool { grantable != .unlimited }
}

/// When a decision about a guest is made, and on what terms.
struct Moment {
    let now: Instant
    /// What is in the guest's balloon.
    let held: Pages
    let terms: Terms

    init(_ now: Instant, held: Pages, _ terms: Terms = Terms()) {
        self.now = now
        self.held = held.orNone
        self.terms = terms
    }
}
