import Foundation
import Synchronization

/// Writes log lines to standard error on a thread of its own.
///
/// Whoever reads standard error may stop reading, go away, or run out of disk; that must stop neither the control API nor
/// the guests' balloons nor the daemon's end. Lines that find the queue full, or cannot be written, are counted and dropped.
final class LogWriter: Sendable {
    static let shared = LogWriter()

    private struct Queue {
        var lines: [String] = []
        var dropped = 0
        var isWriting = false
    }

    private static let mostLines = 4096
    private let queue = Mutex(Queue())
    private let wake = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in
            while true {
                wake.wait()
                write(take())
                queue.withLock { $0.isWriting = false }
            }
        }
        thread.name = "log"
        thread.start()
    }

    /// May be called from any thread; never blocks for long.
    func append(_ line: String) {
        queue.withLock { queue in
            if queue.lines.count < Self.mostLines { queue.lines.append(line) } else { queue.dropped += 1 }
        }
        wake.signal()
    }

    /// Waits until all is written, for a quarter of a second at most: the process is about to end.
    func drain() {
        for _ in 0..<250 {
            if queue.withLock({ $0.lines.isEmpty && !$0.isWriting }) { return }
            usleep(1000)
        }
    }

    private func take() -> Queue {
        queue.withLock { queue in
            defer { queue = Queue(isWriting: true) }
            return queue
        }
    }

    private func write(_ taken: Queue) {
        var lost = taken.lines.count { !Output.error($0 + "\n") }
        if taken.dropped > 0, lost > 0 || !Output.error("\(taken.dropped) lines of the log were lost\n") {
            lost += taken.dropped
        }
        if lost > 0 { queue.withLock { [lost] in $0.dropped += lost } }
    }
}
