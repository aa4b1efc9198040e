/// What a client asks of a server (vfio-user protocol 0.0, "Commands").
public enum Command: UInt16, Sendable {
    case version = 1
    case mapMemory = 2
    case unmapMemory = 3
    case getInfo = 4
    case getRegionInfo = 5
    case getInterruptInfo = 7
    case setInterrupts = 8
    case readRegion = 9
    case writeRegion = 10
    case reset = 13

    /// The most descriptors that may come with it.
    var mostDescriptors: Int {
        switch self {
        case .mapMemory: 1
        case .setInterrupts: MessageLayout.mostDescriptors
        default: 0
        }
    }
}
