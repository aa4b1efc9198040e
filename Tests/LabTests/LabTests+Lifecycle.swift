import ControlAPI
import ControlClient
import Lab
import Testing

extension LabTests {
    @Test("a request before the driver is there is kept, and applied when it comes")
    func keptRequest() async throws {
        let lab = try #require(Self.lab)
        let daemon = try await Daemon.start([Daemon.Guest("g", "max=1G")], in: lab)
        let accepted = try await daemon.client.set(SizeRequest(sees: ByteSize(700 * Self.mebibyte)), of: "g")
        #expect(accepted.message.contains("kept"))
        var configuration = MachineConfiguration()
        configuration.balloon = .vhostUser(socket: daemon.socket(of: "g"))
        try await Machine.with(configuration, in: lab) { _ in
            try await daemon.status(of: "g", within: .seconds(30), until: "reached") {
                $0.held.bytes == 324 * Self.mebibyte && $0.state == .settled
            }
        }
        try await daemon.status(of: "g", within: .seconds(10), until: "waiting again") { $0.link == .waiting }
        try await daemon.stop()
    }

    @Test(
        "guest reboot and system_reset: the balloon starts empty and is filled again", arguments: Flight.most)
    func reboots(flight: Flight) async throws {
        try await Self.fly(MachineConfiguration(kernel: flight.kernel), door: flight.door) { machine, daemon in
            try await Self.inflate(daemon, 300)
            for reset in [machine.reboot, machine.systemReset] {
                try await reset()
                // Reset soon after it gave, with pages in its balloon: it may not have lived through that. Who asks again means it.
                let fresh = try await daemon.status(of: "g", within: .seconds(40), until: "started anew") {
                    $0.state == .starting
                }
                #expect(fresh.held == 0)
                let status = try await Self.inflate(daemon, 300)
                #expect(status.counters.alarms == 0)
            }
            #expect(machine.isRunning)
        }
    }

    @Test("driver unload and reload raise no alarm", arguments: Flight.most)
    func reload(flight: Flight) async throws {
        let options = ["deflate-on-oom=on"]
        try await Self.fly(MachineConfiguration(kernel: flight.kernel), door: flight.door, options: options) {
            machine, daemon in
            try await Self.inflate(daemon, 300)
            try await machine.unloadBalloonDriver()
            let gone = try await daemon.status(of: "g", within: .seconds(10), until: "gone") { $0.link == .connected }
            #expect(gone.counters.alarms == 0)
            try await machine.loadBalloonDriver()
            let status = try await Self.waitForBalloon(daemon, 300)
            #expect(status.counters.alarms == 0)
            #expect(machine.isRunning)
        }
    }

    @Test("pause and continue: the balloon stays, statistics go on", arguments: KernelSeries.allCases)
    func pause(kernel: KernelSeries) async throws {
        try await Self.fly(MachineConfiguration(kernel: kernel)) { machine, daemon in
            try await Self.inflate(daemon, 300)
            _ = try await daemon.client.refreshStatistics(of: "g")
            for _ in 0..<2 {
                try await machine.pause()
                try await daemon.status(of: "g", within: .seconds(10), until: "paused") { $0.link == .connected }
                // Asked for while it is paused: QEMU would crash if it were told now.
                _ = try await daemon.client.set(SizeRequest(balloon: ByteSize(200 * Self.mebibyte)), of: "g")
                try await machine.resume()
                let status = try await Self.waitForBalloon(daemon, 200)
                #expect(status.counters.badPages == 0)
                let answered = try await daemon.client.refreshStatistics(of: "g")
                #expect(answered.statistics.state == .answering)
                try await Self.inflate(daemon, 300)
            }
        }
    }

    @Test("hotplug and unplug", arguments: KernelSeries.stable)
    func hotplug(kernel: KernelSeries) async throws {
        let lab = try #require(Self.lab)
        let daemon = try await Daemon.start([Daemon.Guest("g")], in: lab)
        let balloon = BalloonChoice.vhostUser(socket: daemon.socket(of: "g"))
        var configuration = MachineConfiguration(kernel: kernel)
        configuration.hotplugPorts = 1
        try await Machine.with(configuration, in: lab) { machine in
            for _ in 0..<2 {
                try await machine.plug(balloon)
                try await daemon.status(of: "g", within: .seconds(30), until: "ready") { $0.link == .driverReady }
                try await Self.inflate(daemon, 200)
                try await machine.unplug(balloon)
                let status = try await daemon.status(of: "g", within: .seconds(30), until: "gone") {
                    $0.link == .waiting
                }
                #expect(status.held == 0)
            }
        }
        try await daemon.stop()
    }

    @Test("three guests in one daemon, steered at once; one ends, the others do not notice")
    func threeGuests() async throws {
        let lab = try #require(Self.lab)
        let names = ["a", "b", "c"]
        let daemon = try await Daemon.start(names.map { Daemon.Guest($0) }, in: lab)
        @Sendable func boot(_ name: String) async throws -> Machine {
            var configuration = MachineConfiguration(kernel: name == "b" ? .trixie : .bookworm)
            configuration.megabytes = 512
            configuration.balloon = .vhostUser(socket: daemon.socket(of: name))
            return try await Machine.boot(configuration, in: lab)
        }
        let machines = try await [boot("a"), boot("b"), boot("c")]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in names { group.addTask { try await Self.inflate(daemon, 256, guest: name) } }
            try await group.waitForAll()
        }
        await machines[1].end()
        try await daemon.status(of: "b", within: .seconds(10), until: "gone") { $0.link == .waiting }
        for name in ["a", "c"] {
            try await Self.inflate(daemon, 128, guest: name)
            let status = try await daemon.client.status(of: name)
            #expect(status.problems.isEmpty && status.counters.alarms == 0)
        }
        for machine in machines { await machine.end() }
        try await daemon.stop()
    }

    @Test("an idle daemon with a guest is never woken")
    func idle() async throws {
        let lab = try #require(Self.lab)
        #expect(try await IdleDaemon().run(kernel: .bookworm, in: lab) == 0)
    }

    @Test("an idle daemon with a hundred guests is never woken")
    func idleCrowd() async throws {
        let lab = try #require(Self.lab)
        #expect(try await ManyGuests().idle(100, in: lab).wakeups == 0)
    }

    @Test("memory that is not shared is seen and said")
    func notShared() async throws {
        let lab = try #require(Self.lab)
        let daemon = try await Daemon.start([Daemon.Guest("g")], in: lab)
        var configuration = MachineConfiguration()
        configuration.memory = .anonymous
        configuration.balloon = .vhostUser(socket: daemon.socket(of: "g"))
        let machine = try await Machine.start(configuration, in: lab)
        let status = try await daemon.status(of: "g", within: .seconds(60), until: "seen") { !$0.problems.isEmpty }
        #expect(status.problems.contains { $0.contains("share=on") })
        await machine.end()
        try await daemon.stop()
    }

    @discardableResult
    static func waitForBalloon(_ daemon: Daemon, _ megabytes: UInt64) async throws -> GuestStatus {
        try await daemon.status(of: "g", within: .seconds(40), until: "at \(megabytes) MiB") {
            $0.held.bytes == megabytes * mebibyte && $0.reported == $0.held && $0.state == .settled
        }
    }
}
