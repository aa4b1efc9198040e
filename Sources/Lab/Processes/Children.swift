import CLab
import Foundation
import Synchronization

/// All processes that run for us, so that none is left behind when we are stopped.
public final class Children: Sendable {
    public static let shared = Children()

    private let children = Mutex<[pid_t: Child]>([:])
    private let folders = Mutex<Set<URL>>([])

    private init() {}

    func add(_ child: Child) { children.withLock { $0[child.pid] = child } }
    func remove(_ child: Child) { children.withLock { _ = $0.removeValue(forKey: child.pid) } }
    func add(folder: URL) { folders.withLock { _ = $0.insert(folder) } }

    /// Removes a temporary folder.
    func remove(folder: URL) {
        folders.withLock { _ = $0.remove(folder) }
        try? FileManager.default.removeItem(at: folder)
    }

    /// Kills every child at once. For the way out; a machine that is done is ended by ``Machine/end()``.
    public func killAll() {
        for child in children.withLock({ Array($0.values) }) { child.signal(SIGKILL) }
        for folder in folders.withLock({ Array($0) }) { try? FileManager.default.removeItem(at: folder) }
    }

    /// From now on SIGINT, SIGTERM and SIGHUP end the children, and then us. Call it once.
    public func endOnSignals() {
        let descriptor = clab_catch_signals()
        guard descriptor >= 0 else { return }
        let thread = Thread {
            var number: UInt8 = 0
            while read(descriptor, &number, 1) != 1 {}
            Children.shared.killAll()
            exit(128 + Int32(number))
        }
        thread.name = "signals"
        thread.start()
    }
}
