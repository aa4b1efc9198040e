import Foundation

/// Where results and progress go.
struct Console: Sendable {
    /// Whether text is printed; otherwise the output is JSON alone.
    private let printsText: Bool
    /// Progress is for people who wait: on a terminal only, one line that is overwritten.
    private let showsProgress = isatty(STDERR_FILENO) == 1

    init(printsText: Bool = true) { self.printsText = printsText }

    func progress(_ text: String) {
        guard showsProgress else { return }
        write("\r\u{1b}[K\(text)", to: .standardError)
    }

    func clearProgress() {
        guard showsProgress else { return }
        write("\r\u{1b}[K", to: .standardError)
    }

    func print(_ text: String = "") {
        guard printsText else { return }
        clearProgress()
        write(text + "\n", to: .standardOutput)
    }

    func print(_ table: Table) { for line in table.lines { print(line) } }

    func print(json: Data) {
        clearProgress()
        write(String(decoding: json, as: UTF8.self) + "\n", to: .standardOutput)
    }

    /// Prints a line to standard error.
    func note(_ text: String) { write(text + "\n", to: .standardError) }

    /// Says so if other work keeps this machine busy: times measured then are noisy, and nothing else tells.
    func noteLoad() {
        var load = [0.0]
        let processors = ProcessInfo.processInfo.activeProcessorCount
        guard getloadavg(&load, 1) == 1, load[0] > Double(processors) else { return }
        let text = String(
            format: "note: this machine is busy (load %.1f on %d processors): times are noisy", load[0], processors)
        note(text)
    }

    private func write(_ text: String, to file: FileHandle) {
        try? file.write(contentsOf: Data(text.utf8))
    }
}
