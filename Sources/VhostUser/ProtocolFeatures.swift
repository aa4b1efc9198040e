/// Extensions of the vhost-user protocol that both sides know.
public struct ProtocolFeatures: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// GET_QUEUE_NUM.
    public static let multipleQueues = ProtocolFeatures(rawValue: 1 << 0)
    /// The front-end may ask for an acknowledgement of any request.
    public static let replyAcknowledge = ProtocolFeatures(rawValue: 1 << 3)
    /// A channel for requests of the back-end.
    public static let backendRequests = ProtocolFeatures(rawValue: 1 << 5)
    /// The configuration space is the back-end's.
    public static let configuration = ProtocolFeatures(rawValue: 1 << 9)
    /// Memory regions come and go one by one, and there may be more than eight.
    public static let configurableMemorySlots = ProtocolFeatures(rawValue: 1 << 15)

    /// What this back-end offers.
    public static let offered: ProtocolFeatures = [
        .multipleQueues, .replyAcknowledge, .backendRequests, .configuration, .configurableMemorySlots,
    ]
}
