internal import Balloon

extension QueueRole {
    /// As it is called in reports.
    var name: String {
        switch self {
        case .inflate: "inflate"
        case .deflate: "deflate"
        case .statistics: "statistics"
        case .freePageHint: "hinting"
        case .reporting: "reporting"
        }
    }
}
