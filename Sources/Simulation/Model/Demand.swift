/// What the programs of one guest want over time.
public struct Demand: Sendable {
    /// Memory that programs have for themselves.
    public var programs = Curve()
    /// Files that are read again and again.
    public var files = Curve()
    /// Memory that comes within seconds and goes again, in order of time, not overlapping.
    public var bursts: [Burst] = []

    public init(programs: Curve = Curve(), files: Curve = Curve(), bursts: [Burst] = []) {
        self.programs = programs
        self.files = files
        self.bursts = bursts
    }

    /// Cuts the demand so that it fits `pages` at any time, since no policy can give a guest more than all its memory.
    /// A burst of which less than 16 MiB remains is left out.
    mutating func fit(_ pages: Int) {
        programs.cap(pages * 9 / 10)
        files.cap(Swift.min(pages / 2, Swift.max(0, pages - programs.highest())))
        for index in bursts.indices {
            let span = bursts[index].start...bursts[index].start + bursts[index].length
            let left = pages - programs.highest(in: span) - files.highest(in: span)
            bursts[index].pages = Swift.min(bursts[index].pages, Swift.max(0, left))
        }
        bursts.removeAll { $0.pages < 16 * PageUnit.mebibyte }
    }
}
