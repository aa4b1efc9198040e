import ControlAPI
import ControlClient
import Lab
import Testing

extension LabTests.OddGuests {
    @Test(
        "unload at every size of balloon: no alarm, and nothing of the driver is left",
        arguments: LabTests.Flight.doors)
    func unloadAtEverySize(flight: LabTests.Flight) async throws {
        let options = ["deflate-on-oom=on", "statistics-interval=1"]
        try await LabTests.fly(
            MachineConfiguration(kernel: flight.kernel), door: flight.door, options: options
        ) {
            machine, daemon in
            for bytes in [0, LabTests.mebibyte, 3 * LabTests.mebibyte, 100 * LabTests.mebibyte] {
                _ = try await daemon.client.set(SizeRequest(balloon: ByteSize(bytes)), of: "g")
                try await daemon.status(of: "g", within: .seconds(30), until: "at \(bytes) bytes") {
                    $0.held.bytes == bytes && $0.reported == $0.held && $0.state == .settled
                        && $0.statistics.state == .answering
                }
                try await machine.unloadBalloonDriver()
                let gone = try await daemon.status(of: "g", within: .seconds(10), until: "gone") {
                    $0.link == .connected
                }
                #expect(
                    gone.counters.alarms == 0 && gone.state == .idle && gone.held == 0,
                    "\(bytes): \(LabTests.brief(gone))")
                #expect(
                    gone.problems.isEmpty && gone.statistics.values.isEmpty,
                    "\(bytes): \(LabTests.brief(gone))")
                let metrics = try await daemon.client.metrics()
                let stale = metrics.split(separator: "\n").filter {
                    $0.hasPrefix("aerostat_guest_statistics_") && !$0.contains("interval") && !$0.contains("dropped")
                }
                #expect(stale.isEmpty, "\(bytes): \(stale)")
                try await machine.loadBalloonDriver()
            }
            try await LabTests.waitForBalloon(daemon, 100)
            try await LabTests.expectNoTrouble(daemon)
        }
    }

    @Test(
        "a guest that panics when it is out of memory lives with a standing target",
        arguments: LabTests.Flight.odd)
    func panicsOnOOM(flight: LabTests.Flight) async throws {
        var configuration = MachineConfiguration(kernel: flight.kernel)
        configuration.kernelArguments = ["sysctl.vm.panic_on_oom=2", "panic=-1"]
        try await LabTests.fly(configuration, door: flight.door, options: ["sees=40%", "max=1G", "start-grace=20"]) {
            machine, daemon in
            // Its services come a few seconds after the driver.
            try await Task.sleep(for: .seconds(3))
            let services = try machine.start("eat 500 10")
            _ = try await services.event("have", within: .seconds(30))
            let settled = try await LabTests.settled(daemon)
            #expect(settled.held.bytes < 450 * LabTests.mebibyte, "\(LabTests.brief(settled))")
            _ = try await services.answer(within: .seconds(30))
            #expect(machine.bootCount == 1)
        }
    }

    @Test(
        "memory that the VMM has locked is not taken, and the reason is said",
        arguments: LabTests.Flight.odd)
    func lockedMemory(flight: LabTests.Flight) async throws {
        var configuration = MachineConfiguration(kernel: flight.kernel)
        configuration.megabytes = 512
        configuration.extraOptions = ["-overcommit", "mem-lock=on"]
        try await LabTests.fly(configuration, door: flight.door) { machine, daemon in
            _ = try await daemon.client.set(
                SizeRequest(balloon: ByteSize(100 * LabTests.mebibyte)), of: "g")
            let status = try await LabTests.watched(daemon)
            #expect(status.held == 0 && status.counters.discardedBytes == 0, "\(LabTests.brief(status))")
            #expect(status.problems.contains { $0.contains("locked") })
            #expect(status.reason.contains("locked"), "\(status.reason)")
        }
    }
}
