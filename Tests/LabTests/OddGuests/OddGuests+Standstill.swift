import ControlAPI
import ControlClient
import Foundation
import Lab
import QMP
import Testing

/// Guests, VMMs and daemons that stand still for a while: nobody is short of memory because of it.
extension LabTests.OddGuests {
    private static let interval = ["deflate-on-oom=on", "statistics-interval=1"]
    private static let standstill = Duration.seconds(5)

    @Test(
        "a VMM that is stopped, by a signal or by its monitor: nothing is given back",
        arguments: LabTests.Flight.doors)
    func stopped(flight: LabTests.Flight) async throws {
        try await LabTests.fly(
            MachineConfiguration(kernel: flight.kernel), door: flight.door, options: Self.interval
        ) {
            machine, daemon in
            var before = try await LabTests.inflate(daemon, 512)
            for _ in 0..<2 {
                machine.freeze()
                try await Task.sleep(for: Self.standstill)
                let frozen = try await daemon.client.status(of: "g")
                machine.thaw()
                let after = try await LabTests.answering(daemon)
                LabTests.expectStill(before, frozen)
                LabTests.expectStill(before, after)
                before = after
            }
            try await machine.pause()
            try await Task.sleep(for: Self.standstill)
            let paused = try await daemon.client.status(of: "g")
            try await machine.resume()
            LabTests.expectStill(before, paused)
            LabTests.expectStill(before, try await LabTests.answering(daemon))
            try await LabTests.expectNoTrouble(daemon)
        }
    }

    @Test(
        "two VMMs that are stopped at once: nothing is given back to either")
    func stoppedTogether() async throws {
        try await stopTwo(["--budget", "4G"])
        if LabTests.Flight.fliesAll { try await stopTwo([]) }
    }

    private func stopTwo(_ arguments: [String]) async throws {
        let lab = try #require(LabTests.lab)
        let names = ["a", "b"]
        let daemon = try await Daemon.start(
            names.map { Daemon.Guest($0, options: Self.interval + ["max=1G"]) }, arguments: arguments,
            in: lab)
        @Sendable func boot(_ name: String) async throws -> Machine {
            var configuration = MachineConfiguration(kernel: .trixie)
            configuration.balloon = .vhostUser(socket: daemon.socket(of: name))
            return try await Machine.boot(configuration, in: lab)
        }
        let machines = try await [boot("a"), boot("b")]
        var before: [GuestStatus] = []
        for name in names { before.append(try await LabTests.inflate(daemon, 512, guest: name)) }
        for machine in machines { machine.freeze() }
        try await Task.sleep(for: Self.standstill)
        for machine in machines { machine.thaw() }
        for (name, before) in zip(names, before) {
            let after = try await LabTests.answering(daemon, guest: name)
            LabTests.expectStill(before, after)
            try await LabTests.expectNoTrouble(daemon, guest: name)
        }
        for machine in machines { await machine.end() }
        try await daemon.stop()
    }

    @Test("a daemon that is stopped for a while blames no guest", arguments: LabTests.Flight.odd)
    func stoppedDaemon(flight: LabTests.Flight) async throws {
        try await LabTests.fly(
            MachineConfiguration(kernel: flight.kernel), door: flight.door, options: Self.interval
        ) {
            _, daemon in
            let before = try await LabTests.inflate(daemon, 512)
            daemon.signal(SIGSTOP)
            try await Task.sleep(for: flight.door == .vhostUser ? Self.standstill : .seconds(4))
            daemon.signal(SIGCONT)
            LabTests.expectStill(before, try await LabTests.answering(daemon))
            try await LabTests.expectNoTrouble(daemon)
        }
    }

    @Test(
        "suspend to memory: the balloon is empty meanwhile, and full again after",
        arguments: LabTests.Flight.doors)
    func suspended(flight: LabTests.Flight) async throws {
        var configuration = MachineConfiguration(kernel: flight.kernel)
        configuration.extraOptions = ["-global", "ICH9-LPC.disable_s3=0"]
        try await LabTests.fly(configuration, door: flight.door, options: Self.interval) {
            machine, daemon in
            try await LabTests.inflate(daemon, 100)
            let suspension = try await machine.suspend()
            let asleep = try await daemon.client.status(of: "g")
            #expect(asleep.held == 0 && asleep.counters.alarms == 0, "\(LabTests.brief(asleep))")
            try await machine.wakeUp(suspension)
            let awake = try await LabTests.waitForBalloon(daemon, 100)
            #expect(awake.counters.alarms == 0 && awake.counters.badPages == 0)
            // This time QEMU wakes the guest at once; its driver cannot tell.
            try await machine.shell("echo mem > /sys/power/state")
            try await LabTests.waitForBalloon(daemon, 100)
            #expect(try await LabTests.answering(daemon).statistics.state == .answering)
            try await LabTests.expectNoTrouble(daemon)
            let eaten = try await machine.eat(megabytes: 400)
            #expect(eaten.isAlive && eaten.badPages == 0)
        }
    }
}
