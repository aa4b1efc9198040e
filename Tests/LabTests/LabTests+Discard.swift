import ControlAPI
import ControlClient
import Lab
import Testing

extension LabTests {
    @Test("deferred discard: all that is held is off the host, and an OOM deflation of pending pages loses nothing")
    func deferredDiscard() async throws {
        try await Self.fly(MachineConfiguration(kernel: .bookworm), options: ["deflate-on-oom=on"]) {
            machine, daemon in
            try await machine.touch(megabytes: 700)
            let file = try machine.memoryFile()
            let before = file.allocated
            let status = try await Self.inflate(daemon, 512)
            #expect(status.released == status.held)
            #expect(file.allocated <= machine.memorySize - status.held.bytes)
            #expect(before - file.allocated > 480 * Self.mebibyte)
            // The program meets an inflation that is under way.
            for _ in 0..<3 {
                _ = try await daemon.client.set(SizeRequest(balloon: ByteSize(64 * Self.mebibyte)), of: "g")
                try await daemon.status(of: "g", within: .seconds(60), until: "small again") {
                    $0.held.bytes <= 64 * Self.mebibyte && $0.state != .alarm
                }
                _ = try await daemon.client.set(SizeRequest(balloon: ByteSize(700 * Self.mebibyte)), of: "g")
                let eaten = try await machine.eat(megabytes: 600)
                #expect(eaten.isAlive && eaten.badPages == 0)
            }
            #expect(try await machine.memoryInfo()["oom_kill"] == 0)
            let end = try await daemon.client.status(of: "g")
            #expect(end.counters.discardFailures == 0 && end.problems.isEmpty)
        }
    }

    @Test(
        "huge pages: Linux's messages of 1 MiB give whole pages of 2 MiB back",
        .enabled(if: canHaveHugePages(), "this host gives no pool of 272 huge pages of 2 MiB"))
    func hugePages() async throws {
        let pool = try #require(HugePagePool(pages: 272))
        defer { pool.restore() }
        var configuration = MachineConfiguration(kernel: .bookworm)
        configuration.megabytes = 512
        configuration.memory = .hugetlb
        configuration.hasDisk = false
        try await Self.fly(configuration) { machine, daemon in
            try await machine.touch(megabytes: 350)
            let file = try machine.memoryFile()
            let before = file.allocated
            let status = try await Self.inflate(daemon, 256)
            #expect(status.released.bytes > 128 * Self.mebibyte && status.released <= status.held)
            #expect(status.counters.discardFailures == 0)
            // At least 95 % of the whole pages that are ballooned.
            #expect(Double(before - file.allocated) >= 0.95 * Double(status.released.bytes))
            try await Self.inflate(daemon, 0)
            let eaten = try await machine.eat(megabytes: 350)
            #expect(eaten.isAlive && eaten.badPages == 0)
        }
    }
}

/// Tries it, and leaves the pool as it was.
private func canHaveHugePages() -> Bool {
    guard let pool = HugePagePool(pages: 272) else { return false }
    pool.restore()
    return true
}
