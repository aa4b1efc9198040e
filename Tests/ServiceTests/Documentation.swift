import Foundation

/// Documents that tests hold against what the program does.
enum Documentation {
    static var api: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/API.md")
    }
}
