public import HostMemory
public import Linux

/// Why a connection to a VMM is given up. The text is for the operator's log.
public enum VhostUserError: Error, Equatable, CustomStringConvertible {
    case badVersion(UInt32)
    case oversized(request: UInt32, bytes: UInt32)
    case unknownRequest(UInt32)
    case badPayload(Request, bytes: Int)
    case surplusDescriptors(Request, count: Int)
    case missingDescriptors(Request)
    case badQueue(Request, index: UInt64)
    case badValue(Request, String)
    case featuresNotOffered(UInt64)
    case memory(MemoryRegionError)
    case system(SystemError)

    public var description: String {
        switch self {
        case .badVersion(let flags): "message with flags 0x\(String(flags, radix: 16)): the version must be 1"
        case .oversized(let request, let bytes):
            "message \(request) of \(bytes) bytes: at most \(MessageLayout.mostPayload) are accepted"
        case .unknownRequest(let request): "message \(request) is not known, or not negotiated"
        case .badPayload(let request, let bytes): "\(request): a payload of \(bytes) bytes cannot be right"
        case .surplusDescriptors(let request, let count): "\(request): \(count) descriptors are too many"
        case .missingDescriptors(let request): "\(request): a descriptor is missing"
        case .badQueue(let request, let index): "\(request): there is no queue \(index)"
        case .badValue(let request, let what): "\(request): \(what)"
        case .featuresNotOffered(let bits):
            "setFeatures: bits 0x\(String(bits, radix: 16)) were not offered"
        case .memory(let error): error.description
        case .system(let error): error.description
        }
    }
}
