import ControlAPI
import ControlClient
import Lab
import Testing

extension LabTests {
    @Test("a guest that runs out of memory is saved, and well", arguments: Flight.all + [.newest])
    func savedByTheAlarm(flight: Flight) async throws {
        try await Self.fly(
            MachineConfiguration(kernel: flight.kernel), door: flight.door, options: ["deflate-on-oom=on"]
        ) { machine, daemon in
            try await Self.inflate(daemon, 700)
            let eaten = try await machine.eat(megabytes: 600, holdSeconds: 2)
            #expect(eaten.isAlive && eaten.badPages == 0)
            #expect(try await machine.memoryInfo()["oom_kill"] == 0)
            let status = try await daemon.status(of: "g", within: .seconds(20), until: "in its hold-off") {
                $0.state == .holdOff
            }
            #expect(status.counters.alarms >= 1)
            #expect(status.counters.unsolicitedBytes >= 4096)
            #expect(Self.feature("deflate-on-oom", of: status)?.seen == true)
            #expect(status.target <= status.held && status.held.bytes < 500 * Self.mebibyte)
            #expect(status.requested?.bytes == 700 * Self.mebibyte)
            #expect(status.retrySeconds.map { $0 <= 10 } == true)
            // Row 3 of what goes wrong today: it does not stay deflated, and it says when it tries again.
            let again = try await daemon.status(of: "g", within: .seconds(40), until: "re-armed") {
                $0.state != .holdOff && $0.state != .alarm && $0.held.bytes > 500 * Self.mebibyte
            }
            #expect(again.counters.alarms == status.counters.alarms)
        }
    }

    @Test("without the bit the program is killed", arguments: KernelSeries.allCases)
    func killedWithoutTheBit(kernel: KernelSeries) async throws {
        try await Self.fly(MachineConfiguration(kernel: kernel)) { machine, daemon in
            try await Self.inflate(daemon, 700)
            let eaten = try await machine.eat(megabytes: 600)
            #expect(!eaten.isAlive)
            let status = try await daemon.client.status(of: "g")
            #expect(status.counters.unsolicitedBytes == 0)
            #expect(Self.feature("deflate-on-oom", of: status)?.negotiated == false)
        }
    }

    @Test("a target that cannot be reached is not chased for ever", arguments: KernelSeries.allCases)
    func unreachable(kernel: KernelSeries) async throws {
        try await Self.fly(MachineConfiguration(kernel: kernel), options: ["deflate-on-oom=on"]) { machine, daemon in
            _ = try await daemon.client.set(SizeRequest(sees: ByteSize(32 * Self.mebibyte)), of: "g")
            let status = try await daemon.status(of: "g", within: .seconds(30), until: "given up") {
                $0.state == .stalled || $0.state == .holdOff
            }
            #expect(status.target <= status.held)
            // The guest says "Out of puff" five times a second while it chases; now it is silent.
            let puffs = try await machine.shell("dmesg | grep -c 'Out of puff' || true")
            let events = try await daemon.client.status(of: "g").counters.messages
            try await Task.sleep(for: .seconds(2))  // a window in which nothing is to happen
            #expect(try await machine.shell("dmesg | grep -c 'Out of puff' || true") == puffs)
            #expect(try await daemon.client.status(of: "g").counters.messages <= events + 1)
        }
    }
}
