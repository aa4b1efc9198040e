import Foundation

/// Where results and progress go.
struct Console: Sendable {
    /// Progress is for people who wait: on a terminal only, one line that is overwritten.
    private let showsProgress = isatty(STDERR_FILENO) == 1

    func progress(_ text: String) {
        guard showsProgress else { return }
        write("\r\u{1b}[K\(text)", to: .standardError)
    }

    func clearProgress() {
        guard showsProgress else { return }
        write("\r\u{1b}[K", to: .standardError)
    }

    func print(_ text: String = "") {
        clearProgress()
        write(text + "\n", to: .standardOutput)
    }

    private func write(_ text: String, to file: FileHandle) {
        try? file.write(contentsOf: Data(text.utf8))
    }
}
