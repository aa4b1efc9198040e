import ControlAPI
import ControlClient
import Foundation
import Lab
import Testing

/// Real QEMU and real Linux guests against our daemon. One at a time: a guest under emulation wants a processor.
@Suite(.serialized, .enabled(if: labEnvironment != nil, "the lab is not set up: run `make lab`"))
struct LabTests {
    static let lab = labEnvironment
    static let mebibyte: UInt64 = 1 << 20

    /// A kernel and a door.
    struct Flight: Sendable, CustomTestStringConvertible {
        var kernel: KernelSeries
        var door: GuestDoor

        var testDescription: String { "Linux \(kernel.rawValue), \(door.rawValue)" }

        static let all = KernelSeries.stable.flatMap { kernel in
            GuestDoor.allCases.map { Flight(kernel: kernel, door: $0) }
        }
        /// Where the door makes little difference, one kernel is enough for the second.
        static let most =
            KernelSeries.stable.map { Flight(kernel: $0, door: .vhostUser) }
            + [Flight(kernel: .trixie, door: .vfioUser)]
        /// For flights about what the kernel's driver does.
        static let newest = Flight(kernel: .newest, door: .vhostUser)
        /// For flights with odd guests, of which some minutes are enough in `make test`; `make guests` flies all.
        static let odd = fliesAll ? every : [Flight(kernel: .trixie, door: .vhostUser)]
        static let doors = fliesAll ? every : GuestDoor.allCases.map { Flight(kernel: .trixie, door: $0) }

        private static let every = KernelSeries.allCases.flatMap { kernel in
            GuestDoor.allCases.map { Flight(kernel: kernel, door: $0) }
        }
        /// `make guests`.
        static let fliesAll = ProcessInfo.processInfo.environment["AEROSTAT_GUESTS"] == "all"
    }

    /// A daemon with one guest, and the guest, booted; both are ended in any case.
    static func fly(
        _ configuration: MachineConfiguration, door: GuestDoor = .vhostUser, options: [String] = [],
        _ body: @Sendable (Machine, Daemon) async throws -> Void
    ) async throws {
        let lab = try #require(lab)
        var guest = Daemon.Guest("g")
        guest.options = options
        guest.door = door
        let daemon = try await Daemon.start([guest], in: lab)
        var configuration = configuration
        if configuration.balloon == .none { configuration.balloon = .ours(door, socket: daemon.socket(of: "g")) }
        try await Machine.with(configuration, in: lab) { machine in
            try await daemon.status(of: "g", within: .seconds(20), until: "driver ready") { $0.link == .driverReady }
            try await body(machine, daemon)
        }
        try await daemon.stop()
    }

    /// Asks for a balloon and waits until it is held.
    @discardableResult
    static func inflate(_ daemon: Daemon, _ megabytes: UInt64, guest: String = "g") async throws -> GuestStatus {
        let bytes = megabytes * mebibyte
        _ = try await daemon.client.set(SizeRequest(balloon: ByteSize(bytes)), of: guest)
        let outcome = try await daemon.client.waitUntilReached(guest, deadline: .seconds(60))
        guard case .reached(let status) = outcome else {
            Issue.record("a balloon of \(megabytes) MiB was not reached: \(outcome)\n\(daemon.logTail())")
            return try await daemon.client.status(of: guest)
        }
        #expect(status.held.bytes == bytes)
        // What is pending is discarded behind the acknowledgement.
        return try await daemon.status(of: guest, within: .seconds(5), until: "discarded") { $0.pending == 0 }
    }

    static func feature(_ name: String, of status: GuestStatus) -> FeatureStatus? {
        status.features.first { $0.name == name }
    }
}

/// Outside the suite: its own trait asks for it.
private let labEnvironment = try? LabEnvironment.find(from: #filePath)
