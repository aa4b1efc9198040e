/// The state of free page hinting: which command the driver works on.
///
/// Hints are counted and nothing is discarded: the driver may take a hinted page back at any time, even before its
/// buffer is returned (spec D30), so a discard could lose the guest's data.
public struct FreePageHinting: Sendable, Equatable {
    /// The command id by which the driver stops giving hints.
    public static let stop: UInt32 = 0
    /// The command id by which the driver may use all hinted pages again.
    public static let done: UInt32 = 1

    /// How far the conversation about the newest command is.
    public enum State: Sendable, Equatable {
        /// No command is out.
        case idle
        /// A command is out, and the driver has not begun.
        case requested
        /// Pages come in.
        case started
    }

    /// How far the conversation is now.
    public private(set) var state = State.idle
    /// The newest command id; at least 2 once there was one.
    public private(set) var commandID: UInt32 = 1
    /// Bytes hinted under the newest command: a claim, which may wrap around.
    public private(set) var bytes: UInt64 = 0

    init() {}

    /// Begins a command.
    ///
    /// - Returns: its id, or `nil` while another one is out (spec V7).
    mutating func start() -> UInt32? {
        guard state == .idle else { return nil }
        // Ids wrap around and skip STOP and DONE.
        commandID = commandID == .max ? 2 : commandID + 1
        state = .requested
        bytes = 0
        return commandID
    }

    /// The driver sent a command.
    ///
    /// - Returns: true if it ended the command that is out: DONE is to be told (spec V11).
    mutating func receive(_ id: UInt32) -> Bool {
        switch state {
        case .requested where id == commandID:
            state = .started
            return false
        case .started where id != commandID:
            state = .idle
            return true
        default:
            return false
        }
    }

    /// Gives up the command that is out.
    ///
    /// - Returns: whether there was one: DONE is to be told.
    mutating func giveUp() -> Bool {
        defer { state = .idle }
        return state != .idle
    }

    /// - Returns: false if no command is being answered: the pages are to be ignored (spec V8).
    mutating func receivePages(bytes count: UInt64) -> Bool {
        guard state == .started else { return false }
        bytes &+= count
        return true
    }

    /// A driver starts: no command is out. Ids go on, so that none is used twice.
    mutating func reset() {
        state = .idle
        bytes = 0
    }
}
