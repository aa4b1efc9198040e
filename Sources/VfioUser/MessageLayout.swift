/// Sizes and bits of a vfio-user message: a header of 16 bytes, then the payload.
enum MessageLayout {
    static let headerSize = 16
    /// Bytes of payload that are accepted. A version's capabilities are the longest that is used, a few hundred bytes.
    static let mostPayload = 4096
    /// `max_msg_fds`: we name none in our answer, and no client sends more than it has interrupts.
    static let mostDescriptors = 16

    static let typeMask: UInt32 = 0xf
    static let isReply: UInt32 = 1
    static let noReply: UInt32 = 1 << 4
    static let isError: UInt32 = 1 << 5

    /// Of a region's read or write, before the data.
    static let accessSize = 16
    static let mapSize = 32
    static let unmapSize = 24
    static let unmapAll: UInt32 = 1 << 1
    static let interruptSetSize = 20
}
