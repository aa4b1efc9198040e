import Arbiter
import Foundation
import TestSupport
import Balloon
import Testing

@Suite struct CodingTests {
    @Test(
        "property: an arbiter that was written down and read again decides on as if nothing had been",
        arguments: SeededGenerator.seeds(20))
    func roundTrip(seed: UInt64) throws {
        var chaos = try HostChaos(seed: seed)
        try chaos.run(events: 2000, checkEvery: 500)
        var other = chaos
        let written = try JSONEncoder().encode(chaos.host)
        other.host = try JSONDecoder().decode(HostArbiter.self, from: written)
        #expect(other.host.faults() == [])
        for _ in 0..<20 {
            try chaos.run(events: 100, checkEvery: 100)
            try other.run(events: 100, checkEvery: 100)
            #expect(chaos.complaints == [] && other.complaints == [])
            #expect(try sorted(chaos.host) == sorted(other.host))
        }
    }

    private func sorted(_ host: HostArbiter) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(host)
    }
}
