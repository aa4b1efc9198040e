/// What a front-end asks of a back-end (vhost-user protocol, "Front-end message types").
public enum Request: UInt32, Sendable {
    case getFeatures = 1
    case setFeatures = 2
    case setOwner = 3
    case resetOwner = 4
    case setMemoryTable = 5
    case setVringSize = 8
    case setVringAddress = 9
    case setVringBase = 10
    case getVringBase = 11
    case setVringKick = 12
    case setVringCall = 13
    case setVringError = 14
    case getProtocolFeatures = 15
    case setProtocolFeatures = 16
    case getQueueCount = 17
    case setVringEnable = 18
    case setBackendRequestDescriptor = 21
    case getConfiguration = 24
    case setConfiguration = 25
    case getMemorySlotCount = 36
    case addMemoryRegion = 37
    case removeMemoryRegion = 38

    /// The most descriptors that may come with it.
    var mostDescriptors: Int {
        switch self {
        case .setMemoryTable: MessageLayout.mostRegionsPerMessage
        case .setVringKick, .setVringCall, .setVringError, .setBackendRequestDescriptor, .addMemoryRegion: 1
        // REM_MEM_REG carries a descriptor in some front-ends; it is not used.
        case .removeMemoryRegion: 1
        default: 0
        }
    }
}

/// What a back-end asks of a front-end.
enum BackendRequest: UInt32 {
    case configurationChanged = 2
}
