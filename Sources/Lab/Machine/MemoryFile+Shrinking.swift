import Synchronization

extension MemoryFile {
    /// Runs `body` and watches the file shrink, until `body` has ended and the file has kept its size for 300 ms. Looks
    /// every half millisecond.
    ///
    /// - Returns: seconds from the call until the file came within 1 MiB of its last size.
    public func seconds(
        shrinkingDuring body: @escaping @Sendable () async throws -> Void, within limit: Duration
    ) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        var sizes = [(time: Duration.zero, bytes: allocated)]
        let hasEnded = Atomic<Bool>(false)
        async let ended: Void = {
            defer { hasEnded.store(true, ordering: .releasing) }
            try await body()
        }()
        while true {
            let elapsed = clock.now - start
            let now = allocated
            let last = sizes[sizes.count - 1]
            if now != last.bytes {
                sizes.append((elapsed, now))
            } else if hasEnded.load(ordering: .acquiring), elapsed - last.time > .milliseconds(300) {
                break
            }
            guard elapsed < limit else {
                throw LabError(.timedOut, "the guest's memory has not come to rest within \(limit): \(now >> 20) MiB")
            }
            try await Task.sleep(for: .microseconds(500))
        }
        try await ended
        let rest = sizes[sizes.count - 1].bytes + 1 << 20
        return sizes.first { $0.bytes <= rest }?.time.seconds ?? 0
    }
}
