internal import Linux

extension MemoryCgroup {
    /// The cgroup of the process at the other end of a socket; `nil` where the kernel does not tell (another namespace).
    public init?(ofPeer socket: CInt) {
        guard let peer = Socket.peer(of: socket), let membership = HostFile.text("/proc/\(peer)/cgroup") else {
            return nil
        }
        self.init(of: membership)
    }
}
