import ControlAPI
import ControlClient
import QMP

/// The shorter flights.
extension BareMetalFlight {
    private static var mebibyte: UInt64 { 1 << 20 }

    /// Flies without DEFLATE_ON_OOM: the balloon gives nothing, and the guest's allocations end with what is free.
    public static func withoutBit(_ architecture: Architecture, in lab: LabEnvironment) async throws -> BareMetalFlight
    {
        var configuration = BareMachineConfiguration(architecture)
        configuration.balloon = .qemu()
        return try await BareMachine.with(configuration, in: lab) { machine in
            var flight = BareMetalFlight("without deflate-on-oom", architecture)
            try await machine.inflate(to: 896 * mebibyte)
            let free = try await machine.run("info").unsigned("free")
            let eaten = try await machine.run("exhaust")
            flight.check(try eaten.unsigned("pages") == free, "\(free) were free, and: \(eaten.values)")
            let info = try await machine.run("info")
            flight.check(try info.unsigned("held") == 896 * 256, "the balloon gave: \(info.values)")
            flight.check(try await machine.run("release").unsigned("bad") == 0, "bad pages")
            return flight
        }
    }

    /// Flies with free page reporting: memory that was used and freed goes back to the host without a balloon.
    public static func reporting(_ architecture: Architecture, in lab: LabEnvironment) async throws -> BareMetalFlight {
        var configuration = BareMachineConfiguration(architecture)
        configuration.balloon = .qemu(properties: ["free-page-reporting=on"])
        return try await BareMachine.with(configuration, in: lab) { machine in
            var flight = BareMetalFlight("free page reporting", architecture)
            let touched = try await machine.run("touch \(machine.memorySize >> 20)")
            // Not what is resident now: on a slow machine the driver has reported some of it already.
            let before = try touched.unsigned("pages") * 4096
            flight.check(before >= 1000 * mebibyte, "only \(before >> 20) MiB were touched")
            var left = before
            for _ in 0..<1000 where left + 800 * mebibyte > before {
                try await Task.sleep(for: .milliseconds(10))
                left = machine.resident
            }
            flight.numbers["reported-mib"] = Double((before - min(before, left)) >> 20)
            flight.check(left + 800 * mebibyte <= before, "\(left >> 20) MiB of \(before >> 20) are left")
            let eaten = try await machine.run("eat 900")
            flight.check(try eaten.unsigned("bad") == 0, "bad pages: \(eaten.values)")
            return flight
        }
    }

    /// Flies without a device, and into a trap: both have a name, and an exit code where the machine ends.
    public static func faults(_ architecture: Architecture, in lab: LabEnvironment) async throws -> BareMetalFlight {
        try await BareMachine.with(BareMachineConfiguration(architecture), in: lab) { machine in
            var flight = BareMetalFlight("no device, and a trap", architecture)
            let info = try await machine.run("info")
            flight.check(try info.text("error") == "no-device", "without a device: \(info.values)")
            let eaten = try await machine.run("eat 64")
            flight.check(try eaten.unsigned("bad") == 0 && eaten.unsigned("pages") == 64 * 256, "\(eaten.values)")
            let exit = try await machine.runToEnd("trap 4")
            // isa-debug-exit makes 2 * code + 1 of a code.
            flight.check(exit == .code(architecture == .x86 ? 255 : 127), "QEMU \(exit) after a trap")
            return flight
        }
    }

    /// Flies with our device over vhost-user.
    public static func aerostat(
        _ architecture: Architecture, packed: Bool = false, in lab: LabEnvironment
    ) async throws -> BareMetalFlight {
        let options = Daemon.Guest("guest", "deflate-on-oom=on", "packed=\(packed ? "on" : "off")")
        let daemon = try await Daemon.start([options], in: lab)
        var configuration = BareMachineConfiguration(architecture)
        configuration.balloon = .vhostUser(socket: daemon.socket(of: "guest"))
        configuration.sharesMemory = true
        let flight = try await BareMachine.with(configuration, in: lab) { machine in
            var flight = BareMetalFlight("Aerostat's device\(packed ? ", packed" : "")", architecture)
            let file = try machine.memoryFile()
            try await machine.run("touch \(machine.memorySize >> 20)")
            let before = file.allocated
            let target = 700 * mebibyte
            let clock = ContinuousClock()
            let start = clock.now
            _ = try await daemon.client.set(SizeRequest(balloon: ByteSize(target)), of: "guest")
            try await daemon.status(of: "guest", within: .seconds(30), until: "at 700 MiB") {
                $0.held.bytes == target && $0.reported.bytes == target && $0.pending == 0
            }
            flight.numbers["inflate-pages-per-second"] = Double(700 * 256) / (clock.now - start).seconds
            let freed = before - min(before, file.allocated)
            flight.check(freed > 690 * mebibyte, "only \(freed >> 20) of 700 MiB came back")
            let eaten = try await machine.run("eat 600")
            flight.check(try eaten.unsigned("pages") == 600 * 256 && eaten.unsigned("bad") == 0, "\(eaten.values)")
            flight.numbers["oom-take-seconds"] = Double(try eaten.unsigned("take-ns")) / 1e9
            flight.check(try await machine.run("release").unsigned("bad") == 0, "bad pages at the end")
            let info = try await machine.run("info")
            flight.check(try info.unsigned("packed") == (packed ? 1 : 0), "the wrong rings: \(info.values)")
            flight.numbers["oom-calls"] = Double(try info.unsigned("oom-calls"))
            // Device and driver agree when all has come to rest.
            try await daemon.status(of: "guest", within: .seconds(30), until: "at rest") { $0.held == $0.reported }
            let exit = try await machine.runToEnd("poweroff 0")
            flight.check(exit == .code(0), "QEMU \(exit) after poweroff")
            return flight
        }
        try await daemon.stop()
        return flight
    }

    /// Measures the inflation of touched memory alone, to be compared with Linux's.
    public static func inflation(
        _ architecture: Architecture, reporting: Bool, in lab: LabEnvironment
    ) async throws -> BareMetalFlight {
        var configuration = BareMachineConfiguration(architecture)
        configuration.balloon = .forInflation(reporting: reporting)
        return try await BareMachine.with(configuration, in: lab) { machine in
            var flight = BareMetalFlight(reporting ? "inflation, reporting" : "inflation", architecture)
            try await machine.run("touch \(machine.memorySize >> 20)")
            let seconds = try await machine.inflate(to: 896 * mebibyte)
            flight.numbers["inflate-pages-per-second"] = Double(896 * 256) / seconds
            return flight
        }
    }

    /// Measures the seconds from the processor's first instruction until the guest takes commands.
    public static func boot(_ architecture: Architecture, in lab: LabEnvironment) async throws -> Double {
        var configuration = BareMachineConfiguration(architecture)
        configuration.balloon = .qemu(properties: ["deflate-on-oom=on"])
        configuration.isPaused = true
        return try await BareMachine.with(configuration, in: lab) { machine in
            let clock = ContinuousClock()
            let start = clock.now
            try await machine.qmp.execute("cont")
            try await machine.ready()
            return (clock.now - start).seconds
        }
    }
}
