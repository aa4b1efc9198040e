import Lab
import QMP
import Testing

/// The lab itself, with QEMU's own balloon: if these fail, no other test with a guest says anything.
@Suite("Lab machines", .serialized)
struct MachineTests {
    private func configuration(_ kernel: KernelSeries) -> MachineConfiguration {
        var configuration = MachineConfiguration(kernel: kernel)
        configuration.megabytes = 512
        return configuration
    }

    @Test("Boots, answers, reboots, is reset, pauses and turns off", arguments: KernelSeries.stable)
    func life(kernel: KernelSeries) async throws {
        try await Machine.with(configuration(kernel), in: .find()) { machine in
            #expect(try await machine.shell("uname -r").hasPrefix(kernel.rawValue))
            try await machine.reboot()
            try await machine.systemReset()
            #expect(machine.bootCount == 3)
            try await machine.pause()
            try await machine.resume()
            let eaten = try await machine.eat(megabytes: 64)
            #expect(eaten.isAlive && eaten.badPages == 0)
            try await machine.powerOff()
            #expect(!machine.isRunning)
        }
    }

    @Test("The host's memory follows the guest's", arguments: [MemoryBackend.memfd, .shm])
    func hostMemory(backend: MemoryBackend) async throws {
        var configuration = configuration(.bookworm)
        configuration.memory = backend
        configuration.balloon = .qemu()
        try await Machine.with(configuration, in: .find()) { machine in
            let file = try machine.memoryFile()
            try await machine.touch(megabytes: 300)
            let touched = file.allocated
            #expect(touched > 300 << 20)
            try await machine.setQEMUBalloon(200 << 20)
            let seconds = try await file.seconds(untilAtMost: touched - 190 << 20, within: .seconds(30))
            #expect(seconds > 0)
        }
    }

    @Test(
        "A balloon is plugged in, used and unplugged; its driver is unloaded and loaded",
        arguments: KernelSeries.stable)
    func hotplug(kernel: KernelSeries) async throws {
        var configuration = configuration(kernel)
        configuration.hotplugPorts = 1
        try await Machine.with(configuration, in: .find()) { machine in
            try await machine.plug(.qemu())
            _ = try await machine.qemuBalloon()
            try await machine.waitForBalloonDriver()
            try await machine.setQEMUBalloon(64 << 20)
            let event = try await machine.qmp.event("BALLOON_CHANGE", within: .seconds(30))
            #expect(event.data["actual"] != nil)
            try await machine.unloadBalloonDriver()
            #expect(try await machine.qemuBalloon() == 0)
            try await machine.loadBalloonDriver()
            try await machine.unplug(.qemu())
        }
    }

    @Test("A guest that ends while something is awaited is an error that says so")
    func unexpectedEnd() async throws {
        try await Machine.with(configuration(.bookworm), in: .find()) { machine in
            let command = try machine.start("sh sleep 60")
            try await machine.qmp.execute("quit")
            await #expect(throws: LabError.self) { _ = try await command.answer(within: .seconds(30)) }
        }
    }

    @Test("QEMU's refusal to start is told in its own words")
    func badOption() async throws {
        var configuration = configuration(.bookworm)
        configuration.extraOptions = ["-device", "no-such-device"]
        let error = await #expect(throws: LabError.self) {
            _ = try await Machine.start(configuration, in: .find())
        }
        #expect(error?.description.contains("no-such-device") == true)
    }
}
