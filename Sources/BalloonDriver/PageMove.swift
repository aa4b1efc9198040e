/// What became of a page that was to be moved out of the balloon.
public enum PageMove: Equatable, Sendable {
    /// The page is not in the balloon, or others are on their way: nothing was done.
    case refused
    /// The new page is in the balloon, and the old one is free.
    case moved
    /// The balloon is above its target: the old page is free, and the new one is the caller's as before.
    case released
}
