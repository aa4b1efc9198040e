import Foundation
import Logging

/// Hands log lines to the ``LogWriter``.
struct QueuedLogHandler: LogHandler {
    let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        LogWriter.shared.append("\(Date.now.formatted(.iso8601)) \(event.level) \(label): \(event.message)")
    }
}
