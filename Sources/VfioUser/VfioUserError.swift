public import Linux

/// Why a connection to a VMM is given up. The text is for the operator's log.
public enum VfioUserError: Error, Equatable, CustomStringConvertible {
    case badSize(UInt32)
    case notACommand(flags: UInt32)
    case badPayload(Command, bytes: Int)
    case surplusDescriptors(Command, count: Int)
    case badVersion(major: UInt16, minor: UInt16)
    case versionMissing(Command)
    case outsideRegion(Command, region: UInt32, offset: UInt64, count: UInt32)
    case badValue(Command, String)
    case system(SystemError)

    public var description: String {
        switch self {
        case .badSize(let size):
            "a message of \(size) bytes: \(MessageLayout.headerSize) to "
                + "\(MessageLayout.headerSize + MessageLayout.mostPayload) are accepted"
        case .notACommand(let flags): "a message with flags 0x\(hex(flags)) is no command"
        case .badPayload(let command, let bytes): "\(command): a payload of \(bytes) bytes cannot be right"
        case .surplusDescriptors(let command, let count): "\(command): \(count) descriptors are too many"
        case .badVersion(let major, let minor): "version \(major).\(minor) is not known; this is 0.0"
        case .versionMissing(let command): "\(command) came before the version"
        case .outsideRegion(let command, let region, let offset, let count):
            "\(command): \(count) bytes at 0x\(hex(offset)) do not lie in region \(region)"
        case .badValue(let command, let what): "\(command): \(what)"
        case .system(let error): error.description
        }
    }

    private func hex(_ value: some BinaryInteger) -> String { String(value, radix: 16) }
}
