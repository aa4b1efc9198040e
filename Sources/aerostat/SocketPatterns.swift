import Glibc

/// Sockets by name or by pattern.
enum SocketPatterns {
    /// - Parameters:
    ///   - words: paths; one with `*`, `?` or `[` that is not a file stands for all that it matches.
    ///   - guests: how many are needed, one for each guest; `nil`: all are taken.
    static func sockets(of words: [String], guests: Int?) throws -> [String] {
        var paths: [String] = []
        for word in words {
            let isPattern = word.contains { "*?[".contains($0) } && access(word, F_OK) != 0
            let found = isPattern ? matches(word) : [word]
            guard !found.isEmpty else { throw CommandFailure("\(word.debugDescription) matches no socket") }
            paths += found
        }
        guard let guests else { return paths }
        guard guests > 0 else { throw CommandFailure("--guests \(guests): write 1 or more") }
        guard paths.count >= guests else {
            throw CommandFailure(
                "\(guests) guests need \(guests) sockets, one for each, but there "
                    + (paths.count == 1 ? "is only 1" : "are only \(paths.count)"))
        }
        return Array(paths.prefix(guests))
    }

    private static func matches(_ pattern: String) -> [String] {
        var result = glob_t()
        defer { globfree(&result) }
        guard glob(pattern, 0, nil, &result) == 0 else { return [] }
        return (0..<Int(result.gl_pathc)).compactMap { index in result.gl_pathv[index].map { String(cString: $0) } }
    }
}
