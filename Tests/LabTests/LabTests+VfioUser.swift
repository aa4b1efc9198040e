import ControlAPI
import ControlClient
import Lab
import Testing

/// What differs over vfio-user from the flights that both doors fly.
extension LabTests {
    @Test("vfio-user, pause and continue: the device does not see it; what is asked meanwhile is done afterwards")
    func vfioUserPause() async throws {
        try await Self.fly(MachineConfiguration(), door: .vfioUser) { machine, daemon in
            try await Self.inflate(daemon, 300)
            for _ in 0..<2 {
                try await machine.pause()
                // Over vhost-user a change that is told now ends QEMU.
                _ = try await daemon.client.set(SizeRequest(balloon: ByteSize(200 * Self.mebibyte)), of: "g")
                #expect(try await daemon.client.status(of: "g").held.bytes == 300 * Self.mebibyte)
                try await machine.resume()
                let status = try await Self.waitForBalloon(daemon, 200)
                #expect(status.counters.badPages == 0)
                let answered = try await daemon.client.refreshStatistics(of: "g")
                #expect(answered.statistics.state == .answering)
                try await Self.inflate(daemon, 300)
            }
        }
    }

    @Test("vfio-user without MSI-X: INTx, with its status and masking")
    func vfioUserPin() async throws {
        var configuration = MachineConfiguration()
        configuration.kernelArguments = ["pci=nomsi"]
        try await Self.fly(configuration, door: .vfioUser, options: ["deflate-on-oom=on"]) { machine, daemon in
            try await Self.inflate(daemon, 300)
            try await Self.inflate(daemon, 0)
            _ = try await daemon.client.refreshStatistics(of: "g")
            #expect(try await machine.shell("cat /proc/interrupts").contains("virtio1"))
            #expect(try await !machine.shell("cat /proc/interrupts").contains("MSI"))
        }
    }

    @Test("vfio-user, unbind and bind")
    func vfioUserRebind() async throws {
        try await Self.fly(MachineConfiguration(kernel: .trixie), door: .vfioUser) { machine, daemon in
            try await Self.inflate(daemon, 200)
            let driver = "/sys/bus/virtio/drivers/virtio_balloon"
            let device = try await machine.shell("ls \(driver) | grep '^virtio' | tr -d '\\n'")
            for _ in 0..<2 {
                try await machine.shell("echo \(device) > \(driver)/unbind", within: .seconds(60))
                let gone = try await daemon.status(of: "g", within: .seconds(10), until: "gone") {
                    $0.link == .connected
                }
                #expect(gone.held == 0 && gone.counters.alarms == 0)
                try await machine.shell("echo \(device) > \(driver)/bind")
                try await Self.waitForBalloon(daemon, 200)
            }
        }
    }

    @Test("vfio-user, memory hotplug: the rings go on, the balloon is kept, and there is more of the guest")
    func vfioUserMemoryHotplug() async throws {
        var configuration = MachineConfiguration(kernel: .trixie)
        configuration.extraOptions = ["-m", "size=1024M,slots=1,maxmem=2G"]
        // What the guest says that it has is what counts.
        let options = ["statistics-interval=0.5"]
        try await Self.fly(configuration, door: .vfioUser, options: options) { machine, daemon in
            try await Self.inflate(daemon, 300)
            try await machine.plugDIMM(megabytes: 256)
            try await daemon.status(of: "g", within: .seconds(10), until: "larger") {
                $0.max?.bytes == 1280 * Self.mebibyte
            }
            let status = try await Self.inflate(daemon, 400)
            #expect(status.counters.inflatedBytes.bytes == (400 << 8) * 4096)
            #expect(status.counters.badPages == 0 && status.problems.isEmpty)
        }
    }

    @Test("vfio-user, memory that is not shared is seen and said")
    func vfioUserNotShared() async throws {
        let lab = try #require(Self.lab)
        var guest = Daemon.Guest("g")
        guest.door = .vfioUser
        let daemon = try await Daemon.start([guest], in: lab)
        var configuration = MachineConfiguration()
        configuration.memory = .anonymous
        configuration.balloon = .vfioUser(socket: daemon.socket(of: "g"))
        let machine = try await Machine.start(configuration, in: lab)
        let status = try await daemon.status(of: "g", within: .seconds(60), until: "seen") { !$0.problems.isEmpty }
        #expect(status.problems.contains { $0.contains("share=on") })
        await machine.end()
        try await daemon.stop()
    }
}
