/// How to start QEMU for a guest; the answer to `GET /v1/guests/NAME/qemu-args`.
public struct QEMUOptions: Codable, Sendable, Equatable {
    /// One element for each argument, unquoted.
    public var arguments: [String]
    /// The same, quoted for a shell, one option a line.
    public var shell: String
    /// What the reader must know or replace, one sentence each.
    public var notes: [String]

    public init(arguments: [String], shell: String, notes: [String]) {
        self.arguments = arguments
        self.shell = shell
        self.notes = notes
    }
}
