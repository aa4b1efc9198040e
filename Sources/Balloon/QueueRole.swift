/// What a virtqueue of the balloon is for. The raw value is the queue's number in the specification's list.
public enum QueueRole: Int, CaseIterable, Sendable {
    case inflate = 0
    case deflate
    case statistics
    case freePageHint
    case reporting

    /// The feature without which the queue does not exist.
    public var feature: BalloonFeatures? {
        switch self {
        case .inflate, .deflate: nil
        case .statistics: .statistics
        case .freePageHint: .freePageHint
        case .reporting: .pageReporting
        }
    }
}

/// Which queue number has which role.
///
/// The specification numbers queues as if all features were there; Linux counts only the queues of negotiated
/// features. Which of the two a driver means shows in the queues that it has set up.
public struct QueueAssignment: Equatable, Sendable {
    private var roles: InlineArray<5, QueueRole?>

    /// - Parameters:
    ///   - negotiated: what the driver accepted.
    ///   - configured: the numbers of the queues that it has set up, as bits.
    public init(negotiated: BalloonFeatures, configured: UInt32) {
        var fixed: UInt32 = 0
        var dense: UInt32 = 0
        var fixedRoles = InlineArray<5, QueueRole?>(repeating: nil)
        var denseRoles = InlineArray<5, QueueRole?>(repeating: nil)
        var count = 0
        for role in QueueRole.allCases {
            if let feature = role.feature, !negotiated.contains(feature) { continue }
            fixedRoles[role.rawValue] = role
            fixed |= 1 << UInt32(role.rawValue)
            denseRoles[count] = role
            dense |= 1 << UInt32(count)
            count += 1
        }
        let hasFixed = configured & fixed == fixed
        let hasDense = configured & dense == dense
        roles = hasFixed && !hasDense ? fixedRoles : denseRoles
    }

    public func role(of queue: Int) -> QueueRole? {
        queue >= 0 && queue < 5 ? roles[queue] : nil
    }

    public func queue(for role: QueueRole) -> Int? {
        for queue in 0..<5 where roles[queue] == role { return queue }
        return nil
    }

    public static func == (left: Self, right: Self) -> Bool {
        (0..<5).allSatisfy { left.roles[$0] == right.roles[$0] }
    }
}
