internal import Balloon
internal import Virtio

/// Always acknowledge: Linux waits for ever for a chain that is not returned.
extension Check {
    static var badChains: [Check] {
        BadChain.allCases.map { bad in
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
}
