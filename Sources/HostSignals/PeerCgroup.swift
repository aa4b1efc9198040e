internal import Glibc

extension MemoryCgroup {
    /// The cgroup of the process at the other end of a socket; `nil` where the kernel does not tell (another namespace).
    public init?(ofPeer socket: CInt) {
        // struct ucred: pid, uid, gid. Swift's Glibc overlay does not show it.
        var credentials: (pid: CInt, uid: CUnsignedInt, gid: CUnsignedInt) = (0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: credentials))
        guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0, credentials.pid > 0,
            let membership = HostFile.text("/proc/\(credentials.pid)/cgroup")
        else { return nil }
        self.init(of: membership)
    }
}
