import Foundation
import Lab
import Testing

/// The lab of this clone, or `nil` where `make lab` has not been run.
private let lab: LabEnvironment? = {
    // The tests' own folder is inside the clone, wherever they are run from.
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
    return try? LabEnvironment.find(from: folder)
}()

/// Whether all is there to fly on an architecture.
private func canFly(_ architecture: Architecture) -> Bool { lab.map { $0.missing(for: architecture) == nil } ?? false }

private let hint: Comment = "no image or no QEMU: run `make guest` and `Lab/setup.sh --all-targets`"

/// The driver on bare metal, against a balloon that we did not write and against ours.
@Suite(.serialized) struct BareMetalTests {
    private func fly(
        _ architecture: Architecture,
        _ flight: (Architecture, LabEnvironment) async throws -> BareMetalFlight
    ) async throws {
        let lab = try #require(lab)
        let result = try await flight(architecture, lab)
        #expect(result.faults.isEmpty)
    }

    @Test("x86_64: QEMU's device", .enabled(if: canFly(.x86), hint))
    func x86() async throws { try await fly(.x86) { try await .ownDevice($0, in: $1) } }

    @Test("x86_64: QEMU's device on PCI, with MSI-X", .enabled(if: canFly(.x86), hint))
    func pci() async throws { try await fly(.x86) { try await .ownDevice($0, bus: .pci, in: $1) } }

    @Test("riscv64: QEMU's device", .enabled(if: canFly(.riscv), hint))
    func riscv() async throws { try await fly(.riscv) { try await .ownDevice($0, in: $1) } }

    @Test("aarch64: QEMU's device", .enabled(if: canFly(.arm), hint))
    func arm() async throws { try await fly(.arm) { try await .ownDevice($0, in: $1) } }

    @Test("x86_64: QEMU's device with packed rings", .enabled(if: canFly(.x86), hint))
    func packed() async throws { try await fly(.x86) { try await .ownDevice($0, packed: true, in: $1) } }

    @Test("x86_64: QEMU's device on PCI with packed rings", .enabled(if: canFly(.x86), hint))
    func packedPCI() async throws { try await fly(.x86) { try await .ownDevice($0, bus: .pci, packed: true, in: $1) } }

    @Test("without DEFLATE_ON_OOM the balloon gives nothing (spec D7)", .enabled(if: canFly(.x86), hint))
    func withoutBit() async throws { try await fly(.x86) { try await .withoutBit($0, in: $1) } }

    @Test("free page reporting gives memory back (spec D37 to D41)", .enabled(if: canFly(.x86), hint))
    func reporting() async throws { try await fly(.x86) { try await .reporting($0, in: $1) } }

    @Test("free page hinting while QEMU migrates (spec D24 to D33)", .enabled(if: canFly(.x86), hint))
    func hinting() async throws { try await fly(.x86) { try await .hinting($0, in: $1) } }

    @Test("sleep, and starting anew; page poison is refused (spec D2)", .enabled(if: canFly(.x86), hint))
    func sleep() async throws { try await fly(.x86) { try await .sleep($0, in: $1) } }

    @Test("resets in the middle of an inflation", .enabled(if: canFly(.x86), hint))
    func reset() async throws { try await fly(.x86) { try await .reset($0, in: $1) } }

    @Test("the tester before QEMU's device", .enabled(if: canFly(.x86), hint))
    func testerBeforeQEMU() async throws {
        let result = try await ConformanceRun(in: try #require(lab)).qemu()
        #expect(result.fault == nil)
        #expect(result.titles.count > 70)
        // What any device that works keeps.
        for row in ["spec V2", "spec D10", "spec D14", "spec V4", "spec V5", "robustness: early kicks"] {
            #expect(!result.departures.contains { $0.hasPrefix(row + ":") }, "\(row)")
        }
        // QEMU stops for malformed chains, says so, and the tester goes on.
        let loop = result.outcomes.first { $0.key.hasPrefix("robustness: a chain that loops") }?.value
        #expect(loop?.reason == "the device stopped with NEEDS_RESET")
    }

    @Test("the tester before our device", .enabled(if: canFly(.x86), hint))
    func testerBeforeOurs() async throws {
        let result = try await ConformanceRun(in: try #require(lab)).ours()
        #expect(result.fault == nil)
        #expect(result.departures.isEmpty)
        #expect(result.titles.count > 70)
    }

    @Test("no device, and a trap, have names", .enabled(if: canFly(.x86), hint))
    func faults() async throws { try await fly(.x86) { try await .faults($0, in: $1) } }

    @Test("our device over vhost-user", .enabled(if: canFly(.x86), hint))
    func aerostat() async throws { try await fly(.x86) { try await .aerostat($0, in: $1) } }

    @Test("our device over vhost-user, with packed rings", .enabled(if: canFly(.x86), hint))
    func packedAerostat() async throws { try await fly(.x86) { try await .aerostat($0, packed: true, in: $1) } }
}
