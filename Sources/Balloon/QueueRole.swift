/// What a virtqueue of the balloon is for. The raw value is the queue's number in the specification's list.
public enum QueueRole: Int, CaseIterable, Sendable {
    /// Page frame numbers that the guest gives.
    case inflate = 0
    /// Page frame numbers that the guest takes back.
    case deflate
    /// A buffer of statistics, which the device returns when it wants a fresh one.
    case statistics
    /// Commands and free pages that may be used again at any time.
    case freePageHint
    /// Free pages that are not used before the device has answered.
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

    /// Finds out which numbering the driver means.
    ///
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

    /// What queue number `queue` is for; `nil` if there is no such queue.
    public func role(of queue: Int) -> QueueRole? {
        queue >= 0 && queue < 5 ? roles[queue] : nil
    }

    /// The number of the queue with a role; `nil` if there is none.
    public func queue(for role: QueueRole) -> Int? {
        for queue in 0..<5 where roles[queue] == role { return queue }
        return nil
    }

    /// Whether all five numbers mean the same.
    public static func == (left: Self, right: Self) -> Bool {
        (0..<5).allSatisfy { left.roles[$0] == right.roles[$0] }
    }
}
