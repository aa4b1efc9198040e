import Balloon
import VhostUser
import Virtio

/// Always acknowledge: Linux waits for ever for a chain that is not returned.
extension Check {
    static let badChains = BadChain.allCases.map(badChain)
    /// Those that a packed ring can have too.
    static let badPackedChains = BadChain.allCases.filter { $0 != .nextOutsideTable }.map(badChain)

    private static func badChain(_ bad: BadChain) -> Check {
        Check("robustness: \(bad.rawValue)", "the chain is returned, and the queue goes on") { guest in
            if bad.needsIndirect { try guest.requireIndirect() }
            let refused = bad == .indirectNotNegotiated ? VirtioFeatures.indirectDescriptors : 0
            try guest.load(transport: ProbeGuest.allTransport & ~refused)
            for role in guest.requestRoles {
                let ring = try guest.ring(role)
                try bad.write(in: ring)
                try ring.offer(3)
                try ring.expectReturned("\(bad.rawValue), on the \(role) queue", head: 3)
            }
            try guest.expectGoesOn()
        }
    }
}
