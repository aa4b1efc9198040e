import ControlAPI

/// A line on standard error that follows a guest; nothing where that is not a terminal.
struct ProgressLine: Sendable {
    private let isShown = Output.isErrorTerminal
    private let text: @Sendable (GuestStatus) -> String

    init(_ text: @escaping @Sendable (GuestStatus) -> String) {
        self.text = text
    }

    @Sendable func show(_ guest: GuestStatus) {
        if isShown { Output.error("\r\u{1B}[K" + text(guest)) }
    }

    /// Takes the line away.
    func end() {
        if isShown { Output.error("\r\u{1B}[K") }
    }
}
