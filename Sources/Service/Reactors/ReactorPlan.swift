internal import Linux

/// How many reactors serve, and on which processors: one for each processor that this process may use, at most
/// ``most``, and none without a guest.
struct ReactorPlan {
    /// One reactor moves tens of thousands of messages a second, each of up to 1 MiB of memory: eight of them are ahead
    /// of what a host's memory can be given back at, and leave the other processors of a large host to its guests.
    static let most = 8

    /// For each reactor the processor that it keeps to; `nil`: any.
    let processors: [Int?]

    /// - Parameter reactors: how many it shall be; `nil`: as many as serve well.
    init(guests: Int, reactors: Int? = nil, usable: [Int] = Processors.usable()) {
        let count = max(1, reactors ?? min(usable.count, Self.most, guests))
        // A single thread goes where there is room.
        guard count > 1, count <= usable.count else {
            processors = Array(repeating: nil, count: count)
            return
        }
        // Apart from each other, as far as the numbers go.
        processors = (0..<count).map { usable[$0 * usable.count / count] }
    }
}
