import ControlAPI
import ControlClient
import Foundation

/// The guests of a ``BalanceRun`` under one policy.
struct BalanceRig: Sendable {
    let policy: BalancePolicy
    let script: BalanceScript
    let machines: [Machine]
    let daemon: Daemon?

    private static func name(_ guest: Int) -> String { "guest\(guest + 1)" }

    private var budget: UInt64 { UInt64(script.budgetMegabytes) << 20 }

    /// Starts all, runs `body`, and ends all in any case.
    static func with<Result: Sendable>(
        _ policy: BalancePolicy, _ script: BalanceScript, kernel: KernelSeries, in lab: LabEnvironment,
        _ body: @Sendable (BalanceRig) async throws -> Result
    ) async throws -> Result {
        var daemon: Daemon?
        if policy == .aerostat {
            let guests = (0..<script.guests).map {
                Daemon.Guest(
                    name($0), "deflate-on-oom=on", "free-page-reporting=on", "max=\(script.guestMegabytes)M",
                    "min=192M", "statistics-interval=1")
            }
            daemon = try await Daemon.start(
                guests, arguments: ["--budget", "\(script.budgetMegabytes)M", "--mode", "on"], in: lab)
        }
        var machines: [Machine] = []
        var result: Swift.Result<Result, any Error>
        do {
            for guest in 0..<script.guests {
                let configuration = configuration(guest, policy, script, kernel, daemon)
                machines.append(try await Machine.boot(configuration, in: lab))
            }
            let rig = BalanceRig(policy: policy, script: script, machines: machines, daemon: daemon)
            result = .success(try await body(rig))
        } catch {
            let reports = machines.map { $0.report() }.joined()
            let log = daemon.map { "\nthe daemon printed:\n\($0.logTail())" } ?? ""
            result = .failure(
                LabError((error as? LabError)?.kind ?? .refused, "\(policy.name): \(error)\(reports)\(log)"))
        }
        for machine in machines { await machine.end() }
        do { try await daemon?.stop() } catch { if case .success = result { result = .failure(error) } }
        return try result.get()
    }

    private static func configuration(
        _ guest: Int, _ policy: BalancePolicy, _ script: BalanceScript, _ kernel: KernelSeries, _ daemon: Daemon?
    ) -> MachineConfiguration {
        var configuration = MachineConfiguration(kernel: kernel)
        configuration.megabytes = script.guestMegabytes
        configuration.initOnAlloc = false
        switch policy {
        case .allPresent: configuration.balloon = .none
        case .aerostat: configuration.balloon = .vhostUser(socket: daemon?.socket(of: name(guest)) ?? "")
        case .staticSplit, .proxmox: configuration.balloon = .qemu()
        case .deflateOnOOM: configuration.balloon = .qemu(properties: ["deflate-on-oom=on"])
        }
        return configuration
    }

    /// Brings the guests within the budget.
    func settle() async throws {
        switch policy {
        case .allPresent: return
        case .aerostat:
            let clock = ContinuousClock()
            let deadline = clock.now + .seconds(90)
            while true {
                let visible = try await visible().reduce(0, +)
                if visible <= budget { return }
                guard clock.now < deadline else {
                    throw LabError(.timedOut, "the guests see \(visible >> 20) MiB, not \(budget >> 20), after 90 s")
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        case .staticSplit, .proxmox, .deflateOnOOM: try await steering.split()
        }
    }

    private var steering: QEMUSteering { QEMUSteering(policy: policy, budget: budget, machines: machines) }

    /// Does what the policy does from outside while the guests work, until the task is cancelled.
    func steer() async throws { try await steering.steer() }

    /// What each guest sees now, in bytes.
    func visible() async throws -> [UInt64] {
        if let daemon {
            return try await daemon.client.status().map { $0.sees?.bytes ?? 0 }
        }
        guard policy != .allPresent else { return machines.map(\.memorySize) }
        var sizes: [UInt64] = []
        for machine in machines { sizes.append(machine.memorySize - (try await machine.qemuBalloon())) }
        return sizes
    }

    /// Seconds from each alarm of a guest to the next target of another one.
    func reactions() async throws -> [Double] {
        guard let daemon else { return [] }
        var events: [Event] = []
        for try await event in daemon.client.events(since: .oldest) { events.append(event) }
        return events.indices.compactMap { index in
            guard events[index].kind == .alarm, let start = Self.time(events[index]) else { return nil }
            let answer = events[index...].first { $0.kind == .target && $0.guest != events[index].guest }
            return answer.flatMap { Self.time($0) }.map { $0 - start }
        }
    }

    private static func time(_ event: Event) -> Double? {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? style.parse(event.timestamp))?.timeIntervalSinceReferenceDate
    }
}
