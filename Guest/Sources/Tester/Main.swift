internal import Balloon
internal import Board
internal import CHeap
internal import ConformanceChecks

/// The bootable tester: plays the conformance kit's checks against the balloon of the machine that it runs in, prints
/// TAP on the serial line, and ends the machine: code 0 if nothing is "not ok", 1 otherwise, 2 without a device.
@main
struct Tester {
    static func main() {
        var machine = Machine()
        machine.setUp()
        let console = Console()
        guard let room = machine.memory().flatMap(Room.init) else {
            console.line("Bail out! less than 32 MiB of memory")
            machine.exit(code: 2)
        }
        heap_start(UInt(room.heap.start << PageFrame.shift), Int(room.heap.count << PageFrame.shift))
        let platform = BarePlatform(machine, console, room)
        guard platform.isBalloon else {
            console.line("Bail out! no virtio balloon was found")
            machine.exit(code: 2)
        }
        let hasFailed = run(platform, console)
        machine.exit(code: hasFailed ? 1 : 0)
    }

    /// - Returns: whether a check failed.
    private static func run(_ platform: BarePlatform, _ console: Console) -> Bool {
        let checks = Check<BarePlatform>.all
        console.write(TAPReport.header(count: checks.count))
        // The first check says why where this fails.
        try? platform.renew()
        console.text("# features")
        console.field("offered", platform.offeredFeatures)
        console.put(10)
        var hasFailed = false
        var number = 0
        for check in checks {
            number += 1
            let outcome: Outcome
            do throws(CheckError) {
                try platform.renew()
                outcome = check.outcome(CheckGuest(platform))
            } catch {
                outcome = .failed("the device cannot be reset")
            }
            let result = CheckResult(number: number, row: check.row, sentence: check.sentence, outcome: outcome)
            if result.isFailure { hasFailed = true }
            console.write(TAPReport.lines(result, number: number))
        }
        platform.leave()
        return hasFailed
    }
}

extension Console {
    func write(_ text: String) {
        for byte in text.utf8 { put(byte) }
        put(10)
    }
}
