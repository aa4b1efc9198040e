/// What a device's queue found at its front.
public enum NextChain: Equatable, Sendable {
    case empty
    case chain
    /// A chain that breaks a rule: its `head` is to be returned with length 0.
    case refused(ChainFault)
}
