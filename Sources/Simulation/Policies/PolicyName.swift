/// The policies that can be compared.
public enum PolicyName: String, CaseIterable, Sendable, Codable {
    case aerostat
    case staticSplit = "static"
    case deflateOnOOM = "deflate-on-oom"
    case proxmox
    case mom
    case squeezed
    case esx
    case chromeos
    case perfect

    /// What people run today.
    public static let rivals = allCases.filter { $0 != .aerostat && $0 != .perfect }

    /// Runs a scenario.
    ///
    /// - Parameter budget: what the host lends, in pages of 4 KiB.
    public func run(_ scenario: Scenario, budget: Int) -> Outcome { record(scenario, budget: budget, nil).outcome }

    /// Runs a scenario, and writes down how it went.
    func record(_ scenario: Scenario, budget: Int, _ recorder: Recorder?) -> (
        outcome: Outcome, samples: [Recorder.Sample]
    ) {
        switch self {
        case .aerostat: Self.run(AerostatPolicy.self, scenario, budget, recorder)
        case .staticSplit: Self.run(StaticSplit.self, scenario, budget, recorder)
        case .deflateOnOOM: Self.run(DeflateOnOOMAlone.self, scenario, budget, recorder)
        case .proxmox: Self.run(Proxmox.self, scenario, budget, recorder)
        case .mom: Self.run(MoM.self, scenario, budget, recorder)
        case .squeezed: Self.run(Squeezed.self, scenario, budget, recorder)
        case .esx: Self.run(ESX.self, scenario, budget, recorder)
        case .chromeos: Self.run(ChromeOS.self, scenario, budget, recorder)
        case .perfect: Self.run(PerfectKnowledge.self, scenario, budget, recorder)
        }
    }

    private static func run<P: Policy>(
        _ policy: P.Type, _ scenario: Scenario, _ budget: Int, _ recorder: Recorder?
    ) -> (outcome: Outcome, samples: [Recorder.Sample]) {
        var simulator = Simulator(scenario, budget: budget, policy, recorder: recorder)
        let outcome = simulator.run()
        return (outcome, simulator.recorder?.samples ?? [])
    }
}

extension PolicyName {
    /// What it is, in a line.
    public var summary: String {
        switch self {
        case .aerostat: "ours: the arbiter of the daemon"
        case .staticSplit: "the budget divided once and for all"
        case .deflateOnOOM: "the same, with DEFLATE_ON_OOM and nobody looking on"
        case .proxmox: "Proxmox VE's auto-ballooning"
        case .mom: "oVirt's Memory Overcommitment Manager"
        case .squeezed: "xapi's squeezed"
        case .esx: "VMware ESX as published in 2002: shares and an idle tax"
        case .chromeos: "ChromeOS's \"balance available\""
        case .perfect: "a yardstick, no policy: it knows at every moment what each guest wants"
        }
    }
}
