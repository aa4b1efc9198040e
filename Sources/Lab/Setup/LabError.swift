/// Why the lab could not do what it was asked; one line, ready for people, with details on further lines.
public struct LabError: Error, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// Something of the set-up is not there.
        case missing
        case timedOut
        /// The guest or QEMU ended, or the guest rebooted, while something was awaited.
        case ended
        /// The guest, QEMU or the daemon refused or answered what nobody can understand.
        case refused
        case system
    }

    public var kind: Kind
    public var description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
