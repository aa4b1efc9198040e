/// What a guest's memory is like before its balloon grows.
public enum InflateCase: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nearly all of it was never used: the host has nothing to give back.
    case fresh
    /// Nearly all of it was used and is free again.
    case touched
    /// What programs do not use caches files: the guest has to throw some out.
    case pageCache = "page-cache"
    /// No two of the free pages are neighbours.
    case fragmented

    /// Brings the guest's memory into this state.
    func prepare(_ machine: Machine) async throws {
        switch self {
        case .fresh: break
        case .touched: try await machine.touch(megabytes: 880)
        case .pageCache:
            try await machine.touch(megabytes: 880)
            try await machine.shell("cat /dev/vda > /dev/null", within: .seconds(60))
            let program = try machine.start("eat 224 600")
            _ = try await program.event("verified", within: .seconds(60))
        case .fragmented: try await machine.fragment(megabytes: 832)
        }
    }

    /// Bytes by which the balloon grows: what the guest has to spare.
    var balloon: UInt64 { (self == .fragmented ? 384 : 512) << 20 }

    var needsDisk: Bool { self == .pageCache }
}
