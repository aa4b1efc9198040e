internal import Balloon
internal import Virtio

/// Always acknowledge: Linux waits for ever for a chain that is not returned.
extension Check {
    static var badChains: [Check] { BadChain.allCases.map { badChain($0) } }

    /// Those that a packed ring can have too.
    static var badPackedChains: [Check] {
        BadChain.allCases.filter { $0 != .nextOutsideTable }.map { badChain($0) }
    }

    private static func badChain(_ bad: BadChain) -> Check {
        Check("robustness: \(bad.name)", "the chain is returned, and the queue goes on") {
            guest throws(CheckError) in
            if bad.needsIndirect { try guest.requireIndirect() }
            let refused = bad == .indirectNotNegotiated ? VirtioFeatures.indirectDescriptors : 0
            try guest.load(transport: Guest.allTransport & ~refused)
            for role in guest.requestRoles {
                let ring = try guest.ring(role)
                try bad.write(in: ring, hole: guest.playground.hole)
                try ring.offer(3)
                try ring.expectReturned("\(bad.name), on the \(role.name) queue", head: 3)
            }
            try guest.expectGoesOn()
        }
    }
}
