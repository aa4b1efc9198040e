public import Linux
public import Virtio

/// Why a back-end could not be worked with.
public enum FrontEndError: Error, Equatable, CustomStringConvertible {
    /// The back-end closed the connection.
    case closed
    /// The back-end did not answer in time.
    case noAnswer(to: Request)
    /// The back-end does not read what is sent.
    case notTaken
    /// The back-end answered a request with an error (REPLY_ACK).
    case refused(Request)
    /// The answer is not one to this request.
    case badAnswer(to: Request, String)
    /// The back-end does not offer what is needed.
    case notOffered(String)
    /// A driver has more in flight than its ring has room for.
    case ringFull
    /// The device broke the rules of the part of a ring that it writes.
    case brokenRing(UsedFault)
    /// An address outside the guest's memory.
    case outsideMemory(UInt64)
    case protocolError(VhostUserError)
    case system(SystemError)

    public var description: String {
        switch self {
        case .closed: "the back-end closed the connection"
        case .noAnswer(let request): "\(request): no answer in time"
        case .notTaken: "the back-end does not read what is sent"
        case .refused(let request): "\(request): the back-end refused it"
        case .badAnswer(let request, let what): "\(request): \(what)"
        case .notOffered(let what): "the back-end does not offer \(what)"
        case .ringFull: "a ring is full"
        case .brokenRing(let fault): "the device broke the rules of a used ring: \(fault)"
        case .outsideMemory(let address): "address 0x\(String(address, radix: 16)) is not in the guest's memory"
        case .protocolError(let error): error.description
        case .system(let error): error.description
        }
    }
}
