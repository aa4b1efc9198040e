/// Where QEMU takes a guest's memory from.
public enum MemoryBackend: Sendable, Equatable {
    case memfd
    /// A memfd of huge pages of 2 MiB, from the host's pool.
    case hugetlb
    case shm
    /// A file at this path, created or reused.
    case file(String)
    /// Anonymous memory that is not shared: a vhost-user device cannot work on it.
    case anonymous

    func option(megabytes: Int) -> String {
        switch self {
        case .memfd: "memory-backend-memfd,id=mem,size=\(megabytes)M,share=on"
        case .hugetlb: "memory-backend-memfd,id=mem,size=\(megabytes)M,share=on,hugetlb=on,hugetlbsize=2M"
        case .shm: "memory-backend-shm,id=mem,size=\(megabytes)M,share=on"
        case .file(let path): "memory-backend-file,id=mem,size=\(megabytes)M,share=on,mem-path=\(path)"
        case .anonymous: "memory-backend-ram,id=mem,size=\(megabytes)M,share=off"
        }
    }
}
