extension SimulatedGuest {
    /// Reads pages of the files at random, as a program that does something else between two reads.
    ///
    /// - Returns: its speed, as a share of what it has with all its memory present. Reading a file for the first time is
    ///   nobody's fault: only what was cached before and thrown out counts.
    mutating func readFiles(_ seconds: Double, _ tuning: ModelTuning) -> Double {
        guard wantedFiles > 0 || files > 0 else { return 1 }
        if files > wantedFiles { forget() }
        lost = min(lost, wantedFiles - files)
        let missing = wantedFiles - files
        guard missing > 0 else {
            reads += seconds * reading / tuning.hitTime
            return 1
        }
        let misses = Double(missing) / Double(wantedFiles)
        let readsNow = seconds / readTime(misses, tuning)
        reads += readsNow
        majorFaults += readsNow * misses
        refill(min(Double(missing), readsNow * misses * Double(tuning.readAround)), tuning)
        return readTime(0, tuning) / readTime(Double(lost) / Double(wantedFiles), tuning)
    }

    /// Seconds from one read to the next, if such a share of them misses.
    private func readTime(_ misses: Double, _ tuning: ModelTuning) -> Double {
        tuning.hitTime / reading + misses * (tuning.missTime - tuning.hitTime)
    }

    /// Makes caches of the files that nobody reads any more: they stay.
    private mutating func forget() {
        caches += files - wantedFiles
        files = wantedFiles
    }

    /// Reads missed pages in. Without room each throws out another one that is wanted.
    private mutating func refill(_ pages: Double, _ tuning: ModelTuning) {
        let missing = wantedFiles - files
        let read = min(missing, Int(pages.rounded(.up)))
        let room = Swift.max(0, free - tuning.leastFree)
        let fromCaches = min(caches, Swift.max(0, read - room))
        caches -= fromCaches
        let fits = min(read, room + fromCaches)
        // What is missed and what was never read come in like shares.
        lost -= Int(Double(lost) / Double(missing) * Double(fits))
        files += fits
        lost = min(lost, wantedFiles - files)
        let displaced = read - fits
        guard displaced > 0 else { return }
        let unread = wantedFiles - files - lost
        lost += min(unread, Int((Double(unread) / Double(missing) * Double(displaced)).rounded(.up)))
        asyncScans += Double(displaced)
        directReclaims += Double(displaced) / 4
        directScans += Double(displaced) / 2
        stalls += Double(displaced) / 128
    }

    /// Lets caches grow where there is room: logs are written, files are copied.
    mutating func fillCaches(_ seconds: Double, _ tuning: ModelTuning) {
        // The kernel's own reserve, and as much again: caches do not grow into the last free pages.
        let room = free - 8 * tuning.leastFree
        guard room > 0, failedReclaims == 0 else { return }
        caches += min(room, pages(tuning.coldCacheRate, seconds))
    }

    /// Lets programs touch what lies in swap, except what is idle.
    ///
    /// - Returns: their speed, as a share of what it is with all their memory present.
    mutating func useSwap(_ seconds: Double, _ tuning: ModelTuning) -> Double {
        guard swapped > 0 else { return 1 }
        let idle = Int(Double(programs + swapped) * tuning.idleShare)
        let touched = swapped - idle
        guard touched > 0 else { return 1 }
        let wish = min(touched, pages(tuning.swapRate, seconds))
        swappedIn += Double(wish)
        majorFaults += Double(wish)
        let room = Swift.max(0, free - tuning.leastFree)
        let fits = min(wish, room + caches)
        caches -= Swift.max(0, fits - room)
        swapped -= fits
        programs += fits
        // What comes in without room drives out as much.
        swappedOut += Double(wish - fits)
        directReclaims += Double(wish - fits) / 2
        stalls += Double(wish - fits) / 64
        let share = Double(touched) / Double(Swift.max(1, programs + swapped))
        return readTime(0, tuning) / readTime(share, tuning)
    }
}
