/// The guest kernels of the lab: Debian's cloud kernels; the raw value is the series, as the lab's folders are called.
public enum KernelSeries: String, Sendable, CaseIterable, Codable {
    case bookworm = "6.1"
    case trixie = "6.12"
    /// Whatever trixie-backports had when the lab was set up: ``LabEnvironment/name(of:)`` says which.
    case newest

    /// The kernels that stay the same from one set-up to the next: figures are compared on them.
    public static let stable: [KernelSeries] = [.bookworm, .trixie]
}
