/// When an operator's request is held against the memory that the guest has.
enum RequestOccasion {
    /// An operator says it now. Who says it again of a guest that is stalled means it; of one that has just suffered, it is told
    /// until when that one is left alone.
    case command
    /// Another driver has begun to run, or the VMM has shared its memory before any did.
    case newDriver
    /// The driver at hand goes on, and its guest has other memory than before. It is asked for less, but never for more.
    case sameDriver
}
