extension SimulatedGuest {
    /// What one step did to the balloon.
    struct Moves {
        /// Pages that the driver took back because the guest was out of memory.
        var unsolicited = 0
        /// Pages that the worker moved as it was asked.
        var moved = 0
        var killed = 0
        /// Whether nothing will change until somebody wants something else.
        var isAtRest = false
    }

    /// Lets so many ticks pass. More than one only if the step before said that the guest is at rest.
    mutating func step(_ ticks: Int, now: Int, _ tuning: ModelTuning) -> Moves {
        var moves = Moves()
        let seconds = VirtualTime.seconds(ticks)
        let before = (files, lost, programs, swapped, held)
        let had = held
        work(seconds, tuning)
        moves.moved = held - had
        speed = allocate(seconds, now: now, tuning, &moves)
        speed = min(speed, readFiles(seconds, tuning))
        speed = min(speed, useSwap(seconds, tuning))
        if deadUntil > now { speed = 0 }
        fillCaches(seconds, tuning)
        suffered += (1 - speed) * seconds
        moves.isAtRest =
            before == (files, lost, programs, swapped, held) && moves.killed == 0 && (!isChasing || isOutOfPuff)
            && programs + swapped == wanted
        return moves
    }

    /// Does the work of the driver's worker.
    private mutating func work(_ seconds: Double, _ tuning: ModelTuning) {
        isOutOfPuff = false
        guard isChasing else { return }
        if held > target {
            held -= min(held - target, pages(tuning.deflationRate, seconds))
        } else if held < target {
            // It reclaims caches and swaps, but never kills for itself.
            let goal = min(target - held, pages(tuning.inflationRate, seconds))
            let got = take(goal, tuning)
            held += got
            isOutOfPuff = got == 0
        }
        if held == target { isChasing = false }
    }

    /// Lets programs take what they want, or give it up.
    ///
    /// - Returns: the share of the time that they could use.
    private mutating func allocate(
        _ seconds: Double, now: Int, _ tuning: ModelTuning, _ moves: inout Moves
    ) -> Double {
        failedReclaims = 0
        if deadUntil <= now { dead = 0 }
        if programs + swapped > wanted { release(programs + swapped - wanted) }
        guard programs + swapped < wanted else {
            debt = 0
            return 1
        }
        let failed = wantedFiles > 0 ? tuning.failedReclaimWithReader : tuning.failedReclaim
        var time = seconds - debt
        debt = 0
        var useful = 0.0
        while time > 0, programs + swapped < wanted {
            let got = take(min(wanted - programs - swapped, Swift.max(1, pages(tuning.allocationRate, time))), tuning)
            programs += got
            useful += Double(got) / tuning.allocationRate
            time -= Double(got) / tuning.allocationRate
            guard programs + swapped < wanted, time > 0, got == 0 else { continue }
            failedReclaims += 1
            stalls += 1
            directScans += 4096
            time -= failed
            if deflatesOnOOM, held > 0 {
                let back = min(held, tuning.oomBatch)
                held -= back
                moves.unsolicited += back
            } else {
                kill(now, tuning, &moves)
            }
        }
        if time < 0 { debt = -time }
        return programs + swapped == wanted && debt == 0 ? 1 : min(1, useful / seconds)
    }

    /// Kills, as the kernel does, what is largest: the burst, or half of what else there is.
    private mutating func kill(_ now: Int, _ tuning: ModelTuning, _ moves: inout Moves) {
        kills += 1
        moves.killed += 1
        let victim = wantedBurst > 0 && dead < wantedBurst ? wantedBurst : Swift.max(1, (wantedPrograms + 1) / 2)
        dead += victim
        // A burst stays away until its time is over: see ``burstEnded``.
        deadUntil = wantedBurst > 0 ? .max : now + VirtualTime.ticks(seconds: tuning.restartTime)
        if programs + swapped > wanted { release(programs + swapped - wanted) }
    }

    /// Ends a burst, killed or not: what it had is not wanted any more.
    mutating func burstEnded() {
        wantedBurst = 0
        if deadUntil == .max {
            dead = 0
            deadUntil = 0
        }
    }

    private mutating func release(_ pages: Int) {
        let fromSwap = min(swapped, pages)
        swapped -= fromSwap
        programs -= pages - fromSwap
    }

    /// Gets free pages: what is free, then caches that nobody needs, then idle memory to swap, then the files that are
    /// being read, then any memory to swap.
    ///
    /// - Returns: how many could be had.
    mutating func take(_ wish: Int, _ tuning: ModelTuning) -> Int {
        var missing = wish - min(wish, Swift.max(0, free - tuning.leastFree))
        let fromCaches = min(missing, caches)
        caches -= fromCaches
        missing -= fromCaches
        asyncScans += Double(fromCaches)
        if missing > 0, swapped < swapSpace {
            missing -= swapOut(min(missing, Int(Double(programs + swapped) * tuning.idleShare) - swapped))
        }
        let fromFiles = min(missing, Swift.max(0, files - tuning.leastCache))
        if fromFiles > 0 {
            files -= fromFiles
            lost += fromFiles
            missing -= fromFiles
            // The background reclaim does not keep up.
            directReclaims += Double(fromFiles)
            directScans += 2 * Double(fromFiles)
            stalls += Double(fromFiles) / 32
        }
        if missing > 0, swapped < swapSpace {
            // The last resort: memory that is in use. What swap takes it brings back at once.
            missing -= swapOut(min(missing, programs / 2))
        }
        return wish - missing
    }

    private mutating func swapOut(_ wish: Int) -> Int {
        let pages = Swift.max(0, min(wish, swapSpace - swapped))
        programs -= pages
        swapped += pages
        swappedOut += Double(pages)
        return pages
    }

    func pages(_ rate: Double, _ seconds: Double) -> Int { Int(rate * seconds) }
}
