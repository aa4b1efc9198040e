/// The guest kernels of the lab: Debian's cloud kernels, by release; the raw value is the series.
public enum KernelSeries: String, Sendable, CaseIterable, Codable {
    case bookworm = "6.1"
    case trixie = "6.12"
}
