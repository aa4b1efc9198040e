public import Balloon

/// Something is needed that nobody can pay.
public struct StandingShortage: Sendable, Equatable, Codable {
    public var pages: Pages
    /// Who keeps most of what there is.
    public var holder: Holder?

    /// A guest that is in nobody's way but for what it keeps.
    public struct Holder: Sendable, Equatable, Codable {
        public var guest: GuestHandle
        public var promised: Pages
        /// `false`: nobody can ask it for anything.
        public var hasDriver: Bool

        public init(guest: GuestHandle, promised: Pages, hasDriver: Bool) {
            self.guest = guest
            self.promised = promised
            self.hasDriver = hasDriver
        }
    }
}
