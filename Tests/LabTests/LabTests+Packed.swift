import ControlAPI
import ControlClient
import Lab
import Testing

extension LabTests {
    @Test(
        "packed rings: Linux takes them; inflate, statistics, pause and continue, reset, saved from running out",
        arguments: KernelSeries.stable)
    func packedRings(kernel: KernelSeries) async throws {
        let options = ["deflate-on-oom=on", "packed=on"]
        try await Self.fly(MachineConfiguration(kernel: kernel), options: options) { machine, daemon in
            let status = try await Self.inflate(daemon, 700)
            let packed = try #require(Self.feature("packed", of: status))
            #expect(packed.offered && packed.negotiated && packed.seen)
            _ = try await daemon.client.refreshStatistics(of: "g")
            for _ in 0..<2 {
                try await machine.pause()
                try await daemon.status(of: "g", within: .seconds(10), until: "paused") { $0.link == .connected }
                try await machine.resume()
                let resumed = try await Self.waitForBalloon(daemon, 700)
                #expect(resumed.counters.badChains == 0 && resumed.counters.badPages == 0)
                let answered = try await daemon.client.refreshStatistics(of: "g")
                #expect(answered.statistics.state == .answering)
                try await Self.inflate(daemon, 600)
                try await Self.inflate(daemon, 700)
            }
            try await machine.systemReset()
            let fresh = try await Self.waitForBalloon(daemon, 700)
            #expect(Self.feature("packed", of: fresh)?.negotiated == true)
            let eaten = try await machine.eat(megabytes: 600, holdSeconds: 1)
            #expect(eaten.isAlive && eaten.badPages == 0)
            #expect(try await machine.memoryInfo()["oom_kill"] == 0)
            let saved = try await daemon.status(of: "g", within: .seconds(20), until: "in its hold-off") {
                $0.state == .holdOff
            }
            #expect(saved.counters.alarms >= 1 && saved.counters.unsolicitedBytes >= 4096)
            #expect(machine.isRunning)
        }
    }

    @Test("packed rings over vfio-user: inflate, statistics, reset, saved from running out")
    func packedOverVfioUser() async throws {
        let options = ["deflate-on-oom=on", "packed=on"]
        let configuration = MachineConfiguration(kernel: .trixie)
        try await Self.fly(configuration, door: .vfioUser, options: options) { machine, daemon in
            let status = try await Self.inflate(daemon, 700)
            let packed = try #require(Self.feature("packed", of: status))
            #expect(packed.negotiated && packed.seen)
            _ = try await daemon.client.refreshStatistics(of: "g")
            try await Self.inflate(daemon, 600)
            try await machine.systemReset()
            let fresh = try await Self.waitForBalloon(daemon, 600)
            #expect(Self.feature("packed", of: fresh)?.negotiated == true)
            try await Self.inflate(daemon, 700)
            let eaten = try await machine.eat(megabytes: 600, holdSeconds: 1)
            #expect(eaten.isAlive && eaten.badPages == 0)
            #expect(try await machine.memoryInfo()["oom_kill"] == 0)
            #expect(try await daemon.client.status(of: "g").counters.badChains == 0)
        }
    }
}
