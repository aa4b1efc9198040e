internal import Glibc
internal import Linux

/// The VMM's end of a connection that is fuzzed, with guest memory and other descriptors that it may send along.
final class HostileVMM {
    static let memorySize = 1 << 20

    private let front: Socket
    private let memory: OwnedDescriptor
    private let event: EventCounter
    private let pipe: Socket.Pair

    init(socket: consuming OwnedDescriptor) throws {
        front = Socket(owning: socket)
        memory = try OwnedDescriptor(openMemory(), from: "memfd_create")
        _ = ftruncate(memory.raw, off_t(Self.memorySize))
        event = try EventCounter()
        pipe = try Socket.Pair()
    }

    /// - Parameter kinds: of the descriptors: two bits for how many, two for what.
    func send(_ bytes: [UInt8], _ kinds: UInt8) {
        let kind =
            switch kinds >> 2 {
            case 0: memory.raw
            case 1: event.descriptor.raw
            case 2: pipe.left.raw
            default: front.descriptor.raw
            }
        guard !bytes.isEmpty else { return }
        try? bytes.withUnsafeBytes { try front.send($0, descriptors: Array(repeating: kind, count: Int(kinds & 3))) }
    }

    /// Writes into guest memory.
    func poke(_ offset: Int, _ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { pwrite(memory.raw, $0.baseAddress, $0.count, off_t(offset)) }
    }

    func truncateMemory(_ size: Int) { _ = ftruncate(memory.raw, off_t(size)) }

    /// Takes answers, so that the socket does not fill.
    func drain() {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            var none: [CInt] = []
            var surplus = false
            while case .bytes? = try? front.receive(into: buffer, descriptors: &none, limit: 0, surplus: &surplus) {}
        }
    }
}

extension [UInt8] {
    init(littleEndian words: UInt32...) {
        self = words.flatMap { word in Swift.withUnsafeBytes(of: word.littleEndian) { [UInt8]($0) } }
    }
}
