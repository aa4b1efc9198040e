/// What a device's queue found at its front.
public enum NextChain: Equatable, Sendable {
    /// The driver has made nothing available.
    case empty
    /// A chain, taken and checked.
    case chain
    /// A chain that breaks a rule: its `head` is to be returned with length 0.
    case refused(ChainFault)
}
