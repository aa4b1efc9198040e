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

    func play(_ act: HostileAct) {
        switch act {
        case .bytes(let bytes, let descriptors): send(bytes, descriptors)
        case .poke(let offset, let bytes): poke(offset, bytes)
        case .truncate(let size): truncateMemory(size)
        }
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
    private func poke(_ offset: Int, _ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { pwrite(memory.raw, $0.baseAddress, $0.count, off_t(offset)) }
    }

    private func truncateMemory(_ size: Int) { _ = ftruncate(memory.raw, off_t(size)) }

    /// Takes answers, so that the socket does not fill.
    func drain() {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            var none: [CInt] = []
            var surplus = false
            while case .bytes? = try? front.receive(into: buffer, descriptors: &none, limit: 0, surplus: &surplus) {}
        }
    }
}

/// What a hostile VMM does in either protocol, besides messages with a good header.
enum HostileAct {
    /// Bytes as they are, with descriptors of these kinds.
    case bytes([UInt8], descriptors: UInt8)
    /// Bytes in guest memory.
    case poke(offset: Int, [UInt8])
    case truncate(Int)

    /// - Parameter control: the first byte of a record; its low bits are 2 for bytes, and 3 for what is done to memory.
    init(_ control: UInt8, _ script: inout Script) {
        if control & 3 == 2 {
            self = .bytes(Array(script.piece(Int(script.byte()))), descriptors: control >> 4)
        } else if control & 0xf0 == 0xf0 {
            self = .truncate(Int(script.byte()) << 12)
        } else {
            let offset = Int(script.word16()) << 2
            self = .poke(offset: offset, Array(script.piece(Int(script.byte()))))
        }
    }
}

extension [UInt8] {
    init(littleEndian words: UInt32...) {
        self = words.flatMap { word in Swift.withUnsafeBytes(of: word.littleEndian) { [UInt8]($0) } }
    }
}
