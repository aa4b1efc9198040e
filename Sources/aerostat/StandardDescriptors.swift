import Glibc

/// Descriptors 0, 1 and 2.
enum StandardDescriptors {
    /// Makes sure that none of them is free: a log line must not go to a socket or file that was opened in its place.
    ///
    /// What was closed is opened the wrong way round, so that its use fails as before. Called before anything is opened.
    static func reserve() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest that is free: this one.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
        // Where nobody reads any more, write() says so.
        signal(SIGPIPE, SIG_IGN)
    }
}
