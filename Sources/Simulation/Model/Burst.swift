/// A program that takes memory as fast as it can, keeps it, and ends.
public struct Burst: Sendable, Equatable {
    var start: Int
    /// Ticks from the start until it gives everything up.
    var length: Int
    var pages: Int

    /// - Parameters:
    ///   - start: seconds.
    ///   - length: seconds until it ends.
    public init(start: Double, length: Double, pages: Int) {
        self.start = VirtualTime.ticks(seconds: start)
        self.length = VirtualTime.ticks(seconds: length)
        self.pages = pages
    }
}
