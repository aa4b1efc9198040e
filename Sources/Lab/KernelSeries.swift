/// The guest kernels of the lab: Debian's cloud kernels.
public enum KernelSeries: String, Sendable, CaseIterable, Codable {
    case v6_1 = "6.1"
    case v6_12 = "6.12"
}
