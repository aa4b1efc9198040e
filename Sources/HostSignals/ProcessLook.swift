/// What the kernel tells of a process at one moment (`/proc/PID/stat`), all of its threads together.
public struct ProcessLook: Sendable, Equatable {
    /// Of its main thread: `R`, `S`, `D`; `T` and `t` are stopped.
    public let state: Character
    /// Ticks of 10 ms that it has used, in user mode and in the kernel.
    public let ticks: UInt64
    /// Page faults that had to wait for a disk.
    public let majorFaults: UInt64
    /// Bytes of its address space.
    public let addressSpace: UInt64

    public var isStopped: Bool { state == "T" || state == "t" }

    /// The text of `/proc/PID/stat`; `nil` if it is no such text.
    public init?(parsing text: String) {
        // The name in brackets may hold anything.
        guard let name = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 20, let state = fields[0].first, let faults = UInt64(fields[9]),
            let user = UInt64(fields[11]), let kernel = UInt64(fields[12]), let space = UInt64(fields[20])
        else { return nil }
        self.state = state
        ticks = user &+ kernel
        majorFaults = faults
        addressSpace = space
    }

    public static func read(_ process: Int32) -> ProcessLook? {
        HostFile.text("/proc/\(process)/stat").flatMap { ProcessLook(parsing: $0) }
    }
}
