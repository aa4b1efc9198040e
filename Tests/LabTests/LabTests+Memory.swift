import ControlAPI
import ControlClient
import Lab
import Testing

extension LabTests {
    @Test(
        "inflate and deflate: the host's memory really falls, and the guest's pages come back",
        arguments: Flight.all)
    func inflateAndDeflate(flight: Flight) async throws {
        try await Self.fly(MachineConfiguration(kernel: flight.kernel), door: flight.door) { machine, daemon in
            try await machine.touch(megabytes: 700)
            let file = try machine.memoryFile()
            let before = file.allocated
            let status = try await Self.inflate(daemon, 512)
            #expect(before - file.allocated > 480 * Self.mebibyte)
            #expect(status.target == status.held)
            // The driver writes `actual` behind its last message.
            try await daemon.status(of: "g", within: .seconds(5), until: "reported") { $0.reported == $0.held }
            #expect(status.sees?.bytes == 512 * Self.mebibyte)
            #expect(status.counters.badPages == 0 && status.counters.badChains == 0)
            // The six numbers are bounded by each other: the host's own view is the daemon's.
            #expect(status.hostUses.map { $0.bytes <= before } == true)
            let deflated = try await Self.inflate(daemon, 0)
            #expect(deflated.counters.unsolicitedBytes == 0 && deflated.counters.alarms == 0)
            let eaten = try await machine.eat(megabytes: 700)
            #expect(eaten.isAlive && eaten.badPages == 0)
        }
    }

    @Test("statistics: tags, time stamp, an interval that can be changed", arguments: Flight.most + [.newest])
    func statistics(flight: Flight) async throws {
        try await Self.fly(MachineConfiguration(kernel: flight.kernel), door: flight.door) { machine, daemon in
            let status = try await daemon.client.refreshStatistics(of: "g")
            #expect(status.statistics.state == .answering)
            #expect(status.statistics.timestamp != nil)
            #expect(status.statistics.values.count >= 10)
            // Tags 10 to 15 came with Linux 6.12.
            #expect((status.statistics.values["oom-kills"] != nil) == (flight.kernel != .bookworm))
            let total = try #require(try await machine.memoryInfo()["MemTotal"])
            #expect(status.statistics.values["total-memory"] == total * 1024)
            _ = try await daemon.client.setStatisticsInterval(seconds: 0.1, of: "g")
            let stamp = status.statistics.timestamp
            try await daemon.status(of: "g", within: .seconds(10), until: "sent newer statistics") {
                $0.statistics.timestamp != stamp && ($0.statistics.ageSeconds ?? 9) < 0.5
            }
            _ = try await daemon.client.setStatisticsInterval(seconds: 0, of: "g")
        }
    }

    @Test("free page reporting gives freed memory back by itself", arguments: Flight.most + [.newest])
    func reporting(flight: Flight) async throws {
        try await Self.fly(
            MachineConfiguration(kernel: flight.kernel), door: flight.door, options: ["free-page-reporting=on"]
        ) {
            machine, daemon in
            let file = try machine.memoryFile()
            try await machine.touch(megabytes: 600)
            _ = try await file.seconds(untilAtMost: 300 * Self.mebibyte, within: .seconds(30))
            let status = try await daemon.client.status(of: "g")
            #expect(Self.feature("free-page-reporting", of: status)?.seen == true)
            #expect(status.counters.reportedFreeBytes.bytes > 400 * Self.mebibyte)
            #expect(status.held == 0)
        }
    }

    @Test("page poison: with init_on_free the guest negotiates it, and reporting keeps working")
    func poison() async throws {
        var configuration = MachineConfiguration()
        configuration.initOnFree = true
        try await Self.fly(configuration, options: ["free-page-reporting=on"]) { machine, daemon in
            let status = try await daemon.client.status(of: "g")
            #expect(Self.feature("page-poison", of: status)?.negotiated == true)
            #expect(Self.feature("free-page-reporting", of: status)?.negotiated == true)
            try await machine.touch(megabytes: 400)
            _ = try await machine.memoryFile().seconds(untilAtMost: 350 * Self.mebibyte, within: .seconds(30))
            let eaten = try await machine.eat(megabytes: 500)
            #expect(eaten.isAlive && eaten.badPages == 0)
        }
    }

    @Test("free page hinting is counted, and nothing is discarded on it (spec D30)", arguments: KernelSeries.stable)
    func hinting(kernel: KernelSeries) async throws {
        try await Self.fly(MachineConfiguration(kernel: kernel), options: ["free-page-hint=on"]) { machine, daemon in
            try await machine.touch(megabytes: 400)
            let before = try machine.memoryFile().allocated
            _ = try await daemon.client.hint("g")
            let status = try await daemon.status(of: "g", within: .seconds(30), until: "hinted") {
                $0.counters.hintedFreeBytes.bytes > 200 * Self.mebibyte
            }
            #expect(Self.feature("free-page-hint", of: status)?.seen == true)
            #expect(status.counters.discardedBytes == 0)
            #expect(try machine.memoryFile().allocated >= before)
            let eaten = try await machine.eat(megabytes: 600)
            #expect(eaten.isAlive && eaten.badPages == 0)
        }
    }

    @Test("reclaim gives back what is free and returns to the target")
    func reclaim() async throws {
        try await Self.fly(MachineConfiguration()) { machine, daemon in
            try await machine.touch(megabytes: 700)
            let file = try machine.memoryFile()
            let before = file.allocated
            _ = try await daemon.client.reclaim("g")
            let status = try await daemon.status(of: "g", within: .seconds(30), until: "reclaimed") {
                $0.state == .settled && $0.held == 0 && $0.counters.inflatedBytes > 0
            }
            #expect(status.counters.alarms == 0)
            #expect(before - file.allocated > 400 * Self.mebibyte)
        }
    }

    @Test("a guest of 4 GiB has its memory in two regions, with a hole below 4 GiB")
    func fourGibibytes() async throws {
        var configuration = MachineConfiguration(kernel: .trixie)
        configuration.megabytes = 4096
        configuration.initOnAlloc = false
        try await Self.fly(configuration) { machine, daemon in
            try await machine.touch(megabytes: 3600)
            let file = try machine.memoryFile()
            let before = file.allocated
            let status = try await Self.inflate(daemon, 3072)
            #expect(status.max?.bytes == 4096 * Self.mebibyte)
            #expect(status.counters.badPages == 0)
            #expect(before - file.allocated > 2900 * Self.mebibyte)
            try await Self.inflate(daemon, 0)
        }
    }

    @Test("memory from shm and from a file can be given back too", arguments: ["shm", "file"])
    func otherBackends(kind: String) async throws {
        var configuration = MachineConfiguration(kernel: .trixie)
        configuration.megabytes = 512
        let path = "/dev/shm/aerostat-lab-\(kind)-\(UInt32.random(in: 0...UInt32.max))"
        configuration.memory = kind == "shm" ? .shm : .file(path)
        try await Self.fly(configuration) { machine, daemon in
            try await machine.touch(megabytes: 300)
            let before = try #require(try await daemon.client.status(of: "g").hostUses).bytes
            let status = try await Self.inflate(daemon, 256)
            let after = try #require(status.hostUses).bytes
            #expect(before - after > 200 * Self.mebibyte)
        }
        _ = unlinkIfThere(path)
    }
}
