import ControlAPI
import ControlClient
import Lab
import QMP
import Testing

/// Guests that have less memory than their VMM shares.
extension LabTests.OddGuests {
    @Test(
        "mem=512M in a VM of 1 GiB: what the guest has counts, and both numbers are said",
        arguments: LabTests.Flight.odd)
    func lessMemoryThanShared(flight: LabTests.Flight) async throws {
        var configuration = MachineConfiguration(kernel: flight.kernel)
        configuration.kernelArguments = ["mem=512M"]
        try await LabTests.fly(configuration, door: flight.door) { machine, daemon in
            // More than it has: nothing is to go.
            _ = try await daemon.client.set(SizeRequest(sees: ByteSize(600 * LabTests.mebibyte)), of: "g")
            let all = try await LabTests.settled(daemon)
            #expect(all.counters.inflatedBytes == 0, "\(LabTests.brief(all))")
            #expect(all.sees.map { $0.bytes <= 512 * LabTests.mebibyte } == true)
            let said = all.problems.filter { $0.contains("1G") }
            #expect(said.count == 1, "the difference is said once: \(all.problems)")
            let eaten = try await machine.eat(megabytes: 150)
            #expect(eaten.isAlive && eaten.badPages == 0)
            // Less than it has: the rest may go, and no more.
            _ = try await daemon.client.set(SizeRequest(sees: ByteSize(400 * LabTests.mebibyte)), of: "g")
            let some = try await LabTests.settled(daemon)
            #expect(some.held.bytes <= 112 * LabTests.mebibyte, "\(LabTests.brief(some))")
            #expect(try await machine.eat(megabytes: 150).isAlive)
            #expect(try await machine.memoryInfo()["oom_kill"] ?? 0 == 0)
        }
    }

    @Test(
        "a DIMM that is offline is not memory, and nothing is taken because it comes online",
        arguments: LabTests.Flight.odd)
    func offlineDIMM(flight: LabTests.Flight) async throws {
        var configuration = MachineConfiguration(kernel: flight.kernel)
        configuration.kernelArguments = ["memhp_default_state=offline"]
        configuration.extraOptions = ["-m", "size=1024M,slots=1,maxmem=2G"]
        try await LabTests.fly(configuration, door: flight.door, options: ["statistics-interval=0.5"]) {
            machine, daemon in
            _ = try await daemon.client.set(SizeRequest(sees: ByteSize(924 * LabTests.mebibyte)), of: "g")
            let before = try await LabTests.settled(daemon)
            #expect(before.held.bytes <= 100 * LabTests.mebibyte)
            try await machine.plugDIMM(megabytes: 256)
            try await daemon.status(of: "g", within: .seconds(10), until: "told") {
                $0.max?.bytes == 1280 * LabTests.mebibyte || !$0.problems.isEmpty
            }
            let offline = try await LabTests.watched(daemon)
            LabTests.expectStill(before, offline)
            #expect(
                offline.sees.map { $0.bytes <= 924 * LabTests.mebibyte } == true,
                "\(LabTests.brief(offline))")
            try await machine.bringMemoryOnline()
            let online = try await LabTests.watched(daemon)
            LabTests.expectStill(before, online)
            #expect(
                online.sees.map { $0.bytes >= 1100 * LabTests.mebibyte } == true,
                "\(LabTests.brief(online))")
        }
    }

    @Test(
        "virtio-mem: what is not plugged is not memory, and what is plugged stays",
        arguments: LabTests.Flight.odd)
    func virtioMemory(flight: LabTests.Flight) async throws {
        try await LabTests.fly(
            Self.withVirtioMemory(flight.kernel), door: flight.door, options: ["statistics-interval=0.5"]
        ) {
            machine, daemon in
            try await machine.run("load virtio_mem")
            _ = try await daemon.client.set(SizeRequest(sees: ByteSize(900 * LabTests.mebibyte)), of: "g")
            let before = try await LabTests.settled(daemon)
            #expect(before.held.bytes <= 124 * LabTests.mebibyte, "\(LabTests.brief(before))")
            #expect(before.sees.map { $0.bytes <= 900 * LabTests.mebibyte } == true)
            try await machine.resize(virtioMemory: "vm0", megabytes: 512)
            let more = try await LabTests.watched(daemon)
            LabTests.expectStill(before, more)
            #expect(
                more.sees.map { $0.bytes > 1300 * LabTests.mebibyte } == true, "\(LabTests.brief(more))")
        }
    }

    @Test(
        "virtio-mem under a budget: what is not plugged is promised to nobody, and neighbours do not pay for it")
    func virtioMemoryUnderBudget() async throws {
        let lab = try #require(LabTests.lab)
        let names = ["v", "a", "b"]
        let daemon = try await Daemon.start(
            names.map { Daemon.Guest($0, "deflate-on-oom=on", "max=1G") }, arguments: ["--budget", "3G"],
            in: lab)
        @Sendable func boot(_ name: String) async throws -> Machine {
            var configuration =
                name == "v" ? Self.withVirtioMemory(.trixie) : MachineConfiguration(kernel: .trixie)
            configuration.balloon = .vhostUser(socket: daemon.socket(of: name))
            return try await Machine.boot(configuration, in: lab)
        }
        let machines = try await [boot("v"), boot("a"), boot("b")]
        for name in names {
            try await daemon.status(of: name, within: .seconds(20), until: "ready") {
                $0.link == .driverReady
            }
        }
        try await Task.sleep(for: .seconds(10))  // a window in which nobody is to be squeezed
        let budget = try await daemon.client.budget()
        #expect(budget.free > -64 * Int64(LabTests.mebibyte), "\(budget)")
        for guest in budget.guests {
            #expect(guest.promised.bytes <= 1024 * LabTests.mebibyte, "\(guest)")
            // What is kept free for bursts is the most that idle ones pay.
            #expect(guest.promised.bytes >= 700 * LabTests.mebibyte, "\(guest)")
        }
        for machine in machines { await machine.end() }
        try await daemon.stop()
    }

    /// A guest of 1 GiB beside whose memory there is room for 8 GiB more, none of which it has.
    private static func withVirtioMemory(_ kernel: KernelSeries) -> MachineConfiguration {
        var configuration = MachineConfiguration(kernel: kernel)
        configuration.kernelArguments = ["memhp_default_state=online"]
        configuration.extraOptions = [
            "-m", "size=1024M,maxmem=10G", "-object", "memory-backend-memfd,id=vmem,size=8G,share=on",
            "-device", "virtio-mem-pci,id=vm0,memdev=vmem,requested-size=0",
        ]
        return configuration
    }
}
