import CLab
import Foundation
import Synchronization

/// The one thread from which all children are started.
///
/// The kernel kills a child of ours when the thread that started it ends (that is how nothing outlives us, even if we
/// are killed), so it must be a thread that never does. Neither Foundation's Process nor Subprocess offers that.
final class Spawner: Sendable {
    static let shared = Spawner()

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let pending = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in
            while true {
                pending.wait()
                jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }?()
            }
        }
        thread.name = "spawner"
        thread.start()
    }

    /// Starts `arguments[0]`; see `clab_spawn`.
    func spawn(_ arguments: [String], output: Int32, descriptors: [Int32]) throws(LabError) -> pid_t {
        let result = Mutex<pid_t>(0)
        let done = DispatchSemaphore(value: 0)
        let run: @Sendable () -> Void = {
            var words = arguments.map { strdup($0) }
            words.append(nil)
            let pid = clab_spawn(arguments.first, &words, output, descriptors, Int32(descriptors.count))
            for word in words { free(word) }
            result.withLock { $0 = pid }
            done.signal()
        }
        jobs.withLock { $0.append(run) }
        pending.signal()
        done.wait()
        let pid = result.withLock { $0 }
        guard pid > 0 else { throw LabError(.system, "cannot start a process: \(String(cString: strerror(-pid)))") }
        return pid
    }
}
