import QMP

/// Flights through hinting, sleep and resets, on QEMU's own device.
extension BareMetalFlight {
    private static var mebibyte: UInt64 { 1 << 20 }

    /// Flies through free page hinting: QEMU asks while it migrates, and the guest's memory is whole afterwards.
    public static func hinting(_ architecture: Architecture, in lab: LabEnvironment) async throws -> BareMetalFlight {
        var configuration = BareMachineConfiguration(architecture)
        configuration.balloon = .qemu(properties: ["free-page-hint=on", "deflate-on-oom=on", "iothread=hinting"])
        configuration.extraOptions = ["-object", "iothread,id=hinting"]
        return try await BareMachine.with(configuration, in: lab) { machine in
            var flight = BareMetalFlight("free page hinting", architecture)
            let eaten = try await machine.run("eat 256")
            flight.check(try eaten.unsigned("bad") == 0, "bad pages: \(eaten.values)")
            try await machine.qmp.beginHinting()
            var hinted: UInt64 = 0
            for _ in 0..<500 where hinted == 0 {
                try await Task.sleep(for: .milliseconds(10))
                hinted = try await machine.run("info").unsigned("hinted")
            }
            flight.check(hinted > 0, "nothing was hinted")
            flight.numbers["hinted-mib"] = Double(hinted >> 8)
            try await machine.qmp.execute("migrate_cancel")
            // DONE: the guest has all of it again (spec D33), and no page of the program was touched.
            let more = try await machine.run("exhaust")
            flight.check(try more.unsigned("pages") > 600 * 256, "after hinting only \(more.values)")
            flight.check(try await machine.run("release").unsigned("bad") == 0, "bad pages after hinting")
            return flight
        }
    }

    /// Flies through sleep with a balloon: the driver gives all back, starts anew and reaches the target again; page
    /// poison is offered and refused, since our kernel does not poison (spec D2).
    public static func sleep(_ architecture: Architecture, in lab: LabEnvironment) async throws -> BareMetalFlight {
        var configuration = BareMachineConfiguration(architecture)
        configuration.balloon = .qemu(properties: ["page-poison=on", "free-page-reporting=on", "deflate-on-oom=on"])
        return try await BareMachine.with(configuration, in: lab) { machine in
            var flight = BareMetalFlight("sleep", architecture)
            let features = try await machine.run("info").unsigned("features")
            flight.check(features & 0x10 == 0, "PAGE_POISON was accepted")
            flight.check(features & 0x20 != 0, "PAGE_REPORTING was not accepted")
            for _ in 0..<3 {
                try await machine.inflate(to: 700 * mebibyte)
                let eaten = try await machine.run("eat 128")
                flight.check(try eaten.unsigned("bad") == 0, "bad pages: \(eaten.values)")
                try await machine.run("suspend")
                let asleep = try await machine.run("info")
                flight.check(try asleep.unsigned("balloon") == 0, "asleep with a balloon: \(asleep.values)")
                flight.check(try await machine.run("release").unsigned("bad") == 0, "bad pages after sleep")
                try await machine.run("start")
            }
            return flight
        }
    }

    /// Flies through resets in the middle of an inflation: the machine comes up anew, and its balloon works.
    public static func reset(_ architecture: Architecture, in lab: LabEnvironment) async throws -> BareMetalFlight {
        var configuration = BareMachineConfiguration(architecture)
        configuration.balloon = .qemu(properties: ["deflate-on-oom=on"])
        configuration.reboots = true
        return try await BareMachine.with(configuration, in: lab) { machine in
            var flight = BareMetalFlight("reset", architecture)
            for boot in 2...4 {
                try await machine.run("touch 1024")
                try await machine.qmp.execute(
                    "balloon", ["value": .integer(Int64(machine.memorySize - 896 * mebibyte))])
                try await machine.qmp.execute("system_reset")
                try await machine.ready(boot: boot)
            }
            try await machine.inflate(to: 512 * mebibyte)
            let eaten = try await machine.run("eat 256")
            flight.check(try eaten.unsigned("bad") == 0 && eaten.unsigned("pages") == 256 * 256, "\(eaten.values)")
            flight.check(try await machine.run("release").unsigned("bad") == 0, "bad pages after resets")
            return flight
        }
    }
}
