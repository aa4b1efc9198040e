internal import Glibc

/// Reads a file whole, or what `xz -dc` makes of it.
enum TraceFile {
    private static let limit = 1 << 30

    static func read(_ path: String) throws(TraceError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TraceError(path, String(cString: strerror(errno)), "name a scenario (see --list) or a trace's file")
        }
        defer { close(descriptor) }
        return path.hasSuffix(".xz") ? try unpack(path, descriptor) : try drain(path, descriptor)
    }

    private static func drain(_ path: String, _ descriptor: CInt) throws(TraceError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw TraceError(path, String(cString: strerror(errno)), "name a file") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw TraceError(path, "larger than 1 GiB", "cut the trace") }
        }
    }

    /// Runs `xz -dc` with the file as its input.
    private static func unpack(_ path: String, _ descriptor: CInt) throws(TraceError) -> [UInt8] {
        let failure = "cannot be unpacked: \"xz -dc\" failed"
        let advice = "install xz-utils, or unpack it yourself"
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw TraceError(path, failure, advice) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, descriptor, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        var child: pid_t = 0
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("xz"), strdup("-dc"), nil]
        defer { for argument in arguments { free(argument) } }
        let spawned = posix_spawnp(&child, "xz", &actions, nil, arguments, environ)
        close(ends[1])
        defer { close(ends[0]) }
        guard spawned == 0 else { throw TraceError(path, failure, advice) }
        let bytes = Result { () throws(TraceError) in try drain(path, ends[0]) }
        if case .failure = bytes { kill(child, SIGKILL) }
        var status: CInt = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let unpacked = try bytes.get()
        guard status == 0 else { throw TraceError(path, failure, advice) }
        return unpacked
    }
}
