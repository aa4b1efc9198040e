import Simulation

/// What is to be simulated: a scenario that comes with the program, or a trace.
struct SimulationSource {
    let seed: UInt64
    let guests: Int?
    let hours: Double?
    let hasBursts: Bool

    /// - Parameter name: a scenario's name, or a file's.
    func scenario(_ name: String) throws -> Scenario {
        if let builtIn = BuiltIn(rawValue: name) {
            guard hours == nil, hasBursts else {
                throw CommandFailure("\(name): --hours and --no-bursts are for traces, not for scenarios")
            }
            return builtIn.scenario(seed: seed, guests: guests ?? builtIn.usualGuests)
        }
        var options = TraceOptions()
        options.seed = seed
        options.guests = guests
        options.seconds = hours.map { $0 * 3600 }
        if !hasBursts { options.bursts = nil }
        return try Trace(file: name).scenario(options)
    }
}
