/// A mistake in the configuration: one line that names the place, the key, and what would be right.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    package let description: String

    /// - Parameter place: such as `aerostat.yaml:7: guests.web1.max` or `--guest web1: max`.
    init(_ place: String, _ sentence: String) {
        description = "\(place): \(sentence)"
    }
}
