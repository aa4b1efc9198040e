internal import Balloon
internal import BalloonDriver
internal import Board
internal import Virtio

/// What can be typed: `ID VERB [NUMBER]`. Each is answered by `ID ok FIELDS` or `ID err REASON`.
extension Kernel {
    mutating func obey(_ console: Console) {
        let number = reader.number(2)
        if reader.isWord(1, "info") {
            info(console)
        } else if reader.isWord(1, "eat"), let number {
            eat(pages: Int(clamping: number * 256), console)
        } else if reader.isWord(1, "exhaust") {
            eat(pages: .max, console)
        } else if reader.isWord(1, "touch"), let number {
            touch(pages: Int(clamping: number * 256), console)
        } else if reader.isWord(1, "fragment"), let number {
            fragment(pages: Int(clamping: number * 256), console)
        } else if reader.isWord(1, "verify") {
            answer("ok", console)
            console.field("bad", program.verify())
            console.put(10)
        } else if reader.isWord(1, "release") {
            answer("ok", console)
            console.field("bad", release())
            console.put(10)
        } else if reader.isWord(1, "move"), let number {
            move(Int(clamping: number), console)
        } else if reader.isWord(1, "suspend") {
            attempt(console) { kernel throws(DriverError) in try kernel.driver.suspend(&kernel.pages) }
        } else if reader.isWord(1, "start") {
            attempt(console) { kernel throws(DriverError) in
                if case .failed = kernel.driver.state { try kernel.driver.recover(&kernel.pages) }
                try kernel.driver.start(&kernel.pages)
                kernel.nextWork = 0
            }
        } else if reader.isWord(1, "trap") {
            trap(number)
        } else if reader.isWord(1, "poweroff") {
            answer("ok", console)
            console.put(10)
            exitCode = UInt8(clamping: number ?? 0)
        } else {
            answer("err unknown command", console)
            console.put(10)
        }
    }

    private func answer(_ word: StaticString, _ console: Console) {
        reader.write(0, to: console)
        console.put(32)
        console.text(word)
    }

    private func info(_ console: Console) {
        answer("ok", console)
        console.field("frames", pages.frames.count)
        console.field("free", pages.freePages)
        console.field("program", program.count)
        console.field("held", driver.heldPages)
        console.field("balloon", driver.pages)
        console.field("target", UInt64(driver.target))
        console.field("state", driver.state.word)
        console.field("condition", driver.condition.word)
        console.field("error", driver.lastError?.word ?? "none")
        console.field("features", driver.negotiated.rawValue)
        console.field("event-index", driver.usesEventIndex ? 1 : 0)
        console.field("indirect", driver.usesIndirect ? 1 : 0)
        console.field("packed", driver.ringKind == .packed ? 1 : 0)
        let counters = driver.counters
        console.field("inflated", counters.inflatedPages)
        console.field("deflated", counters.deflatedPages)
        console.field("messages", counters.messages)
        console.field("oom-calls", counters.oomCalls)
        console.field("oom-pages", counters.oomPages)
        console.field("statistics", counters.statisticsSets)
        console.field("reported", counters.reportedPages)
        console.field("hinted", counters.hintedPages)
        console.field("moved", counters.movedPages)
        console.field("actual-writes", counters.actualWrites)
        console.field("wrong-lengths", counters.wrongLengths)
        console.put(10)
    }

    /// The program takes memory, writes it all and looks through it.
    private mutating func eat(pages count: Int, _ console: Console) {
        let start = Machine.now()
        var got = 0
        while got < count, let page = allocate() {
            program.push(page)
            got += 1
        }
        let had = Machine.now()
        let bad = program.verify()
        answer("ok", console)
        console.field("pages", got)
        console.field("bad", bad)
        console.field("take-ns", had &- start)
        console.field("verify-ns", Machine.now() &- had)
        console.put(10)
    }

    /// Lets the program's memory go.
    private mutating func release() -> Int {
        var bad = 0
        while let (page, isGood) = program.pop() {
            if !isGood { bad += 1 }
            pages.freePage(page)
        }
        return bad
    }

    /// Makes memory resident on the host, and gives it back at once.
    private mutating func touch(pages count: Int, _ console: Console) {
        let before = program.count
        while program.count - before < count, let page = pages.allocatePage() { program.push(page) }
        let got = program.count - before
        while program.count > before, let (page, _) = program.pop() { pages.freePage(page) }
        answer("ok", console)
        console.field("pages", got)
        console.put(10)
    }

    /// Takes memory and gives every second page back: what is free then has no two neighbours.
    private mutating func fragment(pages count: Int, _ console: Console) {
        var kept = Program()
        var given = Program()
        while kept.count + given.count < count, let page = allocate() {
            if page % 2 == 0 { kept.push(page) } else { given.push(page) }
        }
        let got = kept.count + given.count
        while let (page, _) = given.pop() { pages.freePage(page) }
        while let (page, _) = kept.pop() { program.push(page) }
        answer("ok", console)
        console.field("pages", got)
        console.put(10)
    }

    /// Moves pages of the balloon, the lowest first, as a compaction would.
    private mutating func move(_ count: Int, _ console: Console) {
        var moved = 0
        var page = pages.frames.start
        var failure: DriverError?
        while moved < count, page < pages.frames.end {
            defer { page += 1 }
            guard driver.holds(UInt32(truncatingIfNeeded: page)) else { continue }
            guard let new = pages.allocatePage() else { break }
            do throws(DriverError) {
                switch try driver.move(UInt32(truncatingIfNeeded: page), to: new, &pages) {
                case .moved: moved += 1
                case .released, .refused: pages.freePage(new)
                }
            } catch {
                failure = error
                break
            }
        }
        answer(failure == nil ? "ok" : "err", console)
        console.field("moved", moved)
        if let failure { console.field("error", failure.word) }
        console.put(10)
    }

    private mutating func attempt(_ console: Console, _ body: (inout Kernel) throws(DriverError) -> Void) {
        do throws(DriverError) {
            try body(&self)
            answer("ok", console)
            console.field("state", driver.state.word)
        } catch {
            answer("err ", console)
            console.text(error.word)
        }
        console.put(10)
    }

    /// Runs into a trap of Swift: an index that is too large.
    private func trap(_ number: UInt64?) {
        let bits: InlineArray<4, UInt8> = [1, 2, 3, 4]
        Machine.putByte(bits[Int(clamping: number ?? 4)])
    }
}
