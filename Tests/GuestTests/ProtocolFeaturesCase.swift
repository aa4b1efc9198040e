import VhostUser

/// Front-ends of different ages.
enum ProtocolFeaturesCase: CaseIterable {
    case table
    case slots
    case noAcknowledge
    case none

    var features: ProtocolFeatures? {
        switch self {
        case .table: [.multipleQueues, .replyAcknowledge, .backendRequests, .configuration]
        case .slots: .offered
        case .noAcknowledge: [.multipleQueues, .backendRequests, .configuration]
        case .none: nil
        }
    }
}
