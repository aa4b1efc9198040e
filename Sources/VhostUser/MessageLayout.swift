/// Sizes and bits of a vhost-user message: a header of three words, then the payload.
enum MessageLayout {
    static let headerSize = 12
    /// Bytes of payload that are accepted. The largest that is used has 268: a configuration space of 256 bytes.
    static let mostPayload = 1024
    static let mostRegionsPerMessage = 8
    static let mostConfiguration = 256

    static let versionMask: UInt32 = 0x3
    static let version: UInt32 = 0x1
    static let isReply: UInt32 = 1 << 2
    static let needsReply: UInt32 = 1 << 3

    /// In the word of a kick, call or error message.
    static let vringIndexMask: UInt64 = 0xff
    static let noDescriptor: UInt64 = 1 << 8

    static let regionSize = 32
    static let vringAddressSize = 40
    static let configurationHeaderSize = 12
}
