import Balloon
import Testing

@Suite struct QueueAssignmentTests {
    /// Every set of features that has a say in the queues.
    static let subsets: [BalloonFeatures] = (0..<8).map { bits in
        var features: BalloonFeatures = [.mustTellHost, .deflateOnOOM, .pagePoison]
        for (index, feature) in [BalloonFeatures.statistics, .freePageHint, .pageReporting].enumerated()
        where bits & 1 << index != 0 {
            features.insert(feature)
        }
        return features
    }

    private func roles(_ features: BalloonFeatures) -> [QueueRole] {
        QueueRole.allCases.filter { $0.feature.map(features.contains) ?? true }
    }

    private func mask(_ queues: some Sequence<Int>) -> UInt32 {
        queues.reduce(0) { $0 | 1 << UInt32($1) }
    }

    @Test("drivers: Linux numbers only the queues of negotiated features", arguments: subsets)
    func dense(features: BalloonFeatures) {
        let roles = roles(features)
        let assignment = QueueAssignment(negotiated: features, configured: mask(roles.indices))
        #expect((0..<5).map(assignment.role(of:)) == roles + Array(repeating: nil, count: 5 - roles.count))
        for (queue, role) in roles.enumerated() { #expect(assignment.queue(for: role) == queue) }
    }

    @Test("the specification numbers queues as if all were there", arguments: subsets)
    func fixed(features: BalloonFeatures) {
        let roles = roles(features)
        let assignment = QueueAssignment(negotiated: features, configured: mask(roles.map(\.rawValue)))
        for queue in 0..<5 {
            #expect(assignment.role(of: queue) == roles.first { $0.rawValue == queue })
        }
        for role in roles { #expect(assignment.queue(for: role) == role.rawValue) }
    }

    @Test("drivers: {0,1,4} is fixed and {0,1,2} is dense, where only reporting was negotiated")
    func reportingAlone() {
        let fixed = QueueAssignment(negotiated: .pageReporting, configured: 0b10011)
        #expect(fixed.queue(for: .reporting) == 4)
        #expect(fixed.role(of: 2) == nil)
        let dense = QueueAssignment(negotiated: .pageReporting, configured: 0b00111)
        #expect(dense.queue(for: .reporting) == 2)
        #expect(dense.role(of: 4) == nil)
    }

    @Test("where both numberings fit, or neither, it is Linux's", arguments: [0b11111, 0b00011, 0] as [UInt32])
    func ambiguous(configured: UInt32) {
        // A firmware or VMM that sets up all queues, and a driver that has not set up its own yet.
        let assignment = QueueAssignment(negotiated: [.pageReporting, .freePageHint], configured: configured)
        #expect(assignment.queue(for: .freePageHint) == 2)
        #expect(assignment.queue(for: .reporting) == 3)
    }

    @Test("a queue outside the five has no role", arguments: [-1, 5, Int.max, Int.min])
    func outside(queue: Int) {
        #expect(QueueAssignment(negotiated: .statistics, configured: 7).role(of: queue) == nil)
    }

    @Test("no role without its feature, inflate and deflate always", arguments: subsets)
    func onlyNegotiated(features: BalloonFeatures) {
        for configured in 0..<32 as Range<UInt32> {
            let assignment = QueueAssignment(negotiated: features, configured: configured)
            #expect(assignment.queue(for: .inflate) == 0)
            #expect(assignment.queue(for: .deflate) == 1)
            let present = QueueRole.allCases.filter { assignment.queue(for: $0) != nil }
            #expect(present == roles(features))
        }
    }
}
