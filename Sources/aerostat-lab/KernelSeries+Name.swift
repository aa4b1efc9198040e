import Lab

extension KernelSeries {
    /// For people: `Linux 6.12`.
    var name: String { (try? LabEnvironment.find())?.name(of: self) ?? "Linux \(rawValue)" }
}
