import QMP

/// One flight of the bare-metal guest against a balloon: what it measured, and what went wrong.
public struct BareMetalFlight: Sendable, Codable {
    public var name: String
    public var architecture: Architecture
    public var faults: [String] = []
    /// Numbers by name, in the unit that the name ends with.
    public var numbers: [String: Double] = [:]

    init(_ name: String, _ architecture: Architecture) {
        self.name = name
        self.architecture = architecture
    }

    /// Notes a fault unless `condition` holds.
    mutating func check(_ condition: Bool, _ fault: @autoclosure () -> String) {
        if !condition { faults.append("\(name), \(architecture.rawValue): \(fault())") }
    }
}

extension BareMetalFlight {
    private static var mebibyte: UInt64 { 1 << 20 }

    /// Flies through all of QEMU's own device: inflate, statistics, running out, deflate, moving, sleep.
    public static func ownDevice(
        _ architecture: Architecture, bus: BareMachineConfiguration.Bus = .mmio, packed: Bool = false,
        in lab: LabEnvironment
    ) async throws -> BareMetalFlight {
        var configuration = BareMachineConfiguration(architecture)
        configuration.bus = bus
        configuration.balloon = .qemu(properties: ["deflate-on-oom=on", "packed=\(packed ? "on" : "off")"])
        return try await BareMachine.with(configuration, in: lab) { machine in
            var flight = BareMetalFlight(
                "QEMU's device\(bus == .pci ? " on PCI" : "")\(packed ? ", packed" : "")", architecture)
            try await machine.run("touch \(machine.memorySize >> 20)")
            let before = machine.resident
            let seconds = try await machine.inflate(to: 896 * mebibyte)
            let freed = before - min(before, machine.resident)
            flight.numbers["inflate-pages-per-second"] = Double(896 * 256) / seconds
            flight.numbers["freed-mib"] = Double(freed >> 20)
            flight.check(freed > 880 * mebibyte, "only \(freed >> 20) of 896 MiB came back")
            let info = try await machine.run("info")
            flight.check(try info.unsigned("packed") == (packed ? 1 : 0), "the wrong rings: \(info.values)")
            flight.check(try info.unsigned("held") == 896 * 256, "the driver holds \(info.values["held"] ?? "?") pages")
            try await flight.checkStatistics(machine)
            try await flight.checkIdle(machine)
            try await flight.runOut(machine)
            try await machine.inflate(to: 512 * mebibyte)
            let moved = try await machine.run("move 100")
            flight.check(try moved.unsigned("moved") == 100, "moved: \(moved.values)")
            try await machine.run("suspend")
            let left = try await machine.qmp.execute("query-balloon")["actual"]?.unsigned
            flight.check(left == machine.memorySize, "after suspend the guest has \(left ?? 0) bytes")
            try await machine.run("start")
            try await machine.inflate(to: 512 * mebibyte)
            let exit = try await machine.runToEnd("poweroff 0")
            flight.check(exit == .code(0), "QEMU \(exit) after poweroff")
            return flight
        }
    }

    private mutating func checkStatistics(_ machine: BareMachine) async throws {
        let path: JSON = "/machine/peripheral/balloon0"
        try await machine.qmp.execute(
            "qom-set", ["path": path, "property": "guest-stats-polling-interval", "value": .integer(1)])
        for _ in 0..<300 {
            let answer = try await machine.qmp.execute("qom-get", ["path": path, "property": "guest-stats"])
            if let free = answer["stats"]?["stat-free-memory"]?.unsigned, free != .max, free > 0, free < 200 << 20 {
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        check(false, "no statistics that are of now")
    }

    private mutating func checkIdle(_ machine: BareMachine) async throws {
        let before = machine.processorSeconds
        try await Task.sleep(for: .seconds(2))
        numbers["idle-percent"] = (machine.processorSeconds - before) / 2 * 100
    }

    /// Measures the same allocation through a full balloon and from free memory, in turns; the host has to find the
    /// memory in both.
    private mutating func runOut(_ machine: BareMachine) async throws {
        var through: [Double] = []
        var free: [Double] = []
        for _ in 0..<3 {
            try await machine.inflate(to: 896 * Self.mebibyte)
            through.append(try await eat(600, machine))
            let info = try await machine.run("info")
            check(try info.text("condition") == "held-off", "the balloon is \(info.values["condition"] ?? "?")")
            try await letGo(machine)
            free.append(try await eat(600, machine))
            try await letGo(machine)
            // What is free now was touched: the host takes it back before the next turn.
            try await machine.inflate(to: 896 * Self.mebibyte)
            try await machine.inflate(to: 0)
        }
        numbers["oom-take-seconds"] = median(through) ?? 0
        numbers["free-take-seconds"] = median(free) ?? 0
        numbers["oom-calls"] = Double(try await machine.run("info").unsigned("oom-calls")) / 3
    }

    private mutating func eat(_ megabytes: Int, _ machine: BareMachine) async throws -> Double {
        let eaten = try await machine.run("eat \(megabytes)")
        check(try eaten.unsigned("pages") == UInt64(megabytes) * 256, "the program got \(eaten.values)")
        check(try eaten.unsigned("bad") == 0, "bad pages: \(eaten.values)")
        return Double(try eaten.unsigned("take-ns")) / 1e9
    }

    /// Ends the program, and has the host take all memory back once, so that all free memory is equal.
    private mutating func letGo(_ machine: BareMachine) async throws {
        let released = try await machine.run("release")
        check(try released.unsigned("bad") == 0, "bad pages at the end: \(released.values)")
        try await machine.inflate(to: 0)
        try await machine.inflate(to: 896 * Self.mebibyte)
        try await machine.inflate(to: 0)
    }
}
