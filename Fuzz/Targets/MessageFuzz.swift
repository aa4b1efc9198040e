internal import Glibc
internal import Linux
internal import VhostUser
internal import Virtio

/// A hostile VMM: messages, halves of messages, descriptors of all kinds, and what it writes into shared memory.
///
/// The input is a row of records: a byte that says what follows, a length, the bytes. See ``Record``.
public enum MessageFuzz {
    static let memorySize = 1 << 20

    public static func run(_ input: UnsafeRawBufferPointer) {
        var script = Script(input)
        guard let machine = try? Machine() else { return }
        for _ in 0..<200 {
            guard !script.isEmpty else { break }
            guard machine.play(Record(&script)) else { break }
        }
    }
}

/// One thing that the VMM does.
private enum Record {
    /// A whole message with a good header.
    case message(request: UInt32, flags: UInt32, payload: [UInt8], descriptors: UInt8)
    /// Bytes as they are.
    case bytes([UInt8], descriptors: UInt8)
    /// Bytes in guest memory.
    case poke(offset: Int, [UInt8])
    case truncate(Int)

    init(_ script: inout Script) {
        let control = script.byte()
        switch control & 3 {
        case 0, 1:
            let request = UInt32(script.byte() % 48)
            // Most payloads are eight bytes long.
            let count = control & 4 == 0 ? 8 : Int(script.byte())
            self = .message(
                request: request, flags: 1 | UInt32(control & 8), payload: Array(script.piece(count)),
                descriptors: control >> 4)
        case 2:
            self = .bytes(Array(script.piece(Int(script.byte()))), descriptors: control >> 4)
        default:
            if control & 0xf0 == 0xf0 {
                self = .truncate(Int(script.byte()) << 12)
            } else {
                let offset = Int(script.word16()) << 2
                self = .poke(offset: offset, Array(script.piece(Int(script.byte()))))
            }
        }
    }
}

/// The VMM's end, and a back-end with a device that serves its queues.
private final class Machine {
    private let front: Socket
    private var backend: VhostUserBackend
    private let memory: OwnedDescriptor
    private let event: EventCounter
    private let pipe: Socket.Pair

    init() throws {
        let pair = try Socket.Pair()
        front = Socket(owning: try pair.left.duplicate())
        backend = VhostUserBackend(
            socket: try pair.right.duplicate(),
            description: .init(
                features: 0x3f | 1 << 28 | 1 << 29 | 1 << 32 | 1 << 34, queueCount: 5, configurationSize: 16))
        memory = try OwnedDescriptor(openMemory(), from: "memfd_create")
        _ = ftruncate(memory.raw, off_t(MessageFuzz.memorySize))
        event = try EventCounter()
        pipe = try Socket.Pair()
    }

    /// - Returns: false once the connection is over.
    func play(_ record: Record) -> Bool {
        switch record {
        case .message(let request, let flags, let payload, let descriptors):
            var bytes: [UInt8] = []
            for word in [request, flags, UInt32(payload.count)] {
                withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
            }
            send(bytes + payload, descriptors)
        case .bytes(let bytes, let descriptors): send(bytes, descriptors)
        case .poke(let offset, let bytes):
            _ = bytes.withUnsafeBytes { pwrite(memory.raw, $0.baseAddress, $0.count, off_t(offset)) }
        case .truncate(let size):
            _ = ftruncate(memory.raw, off_t(size))
        }
        return pump()
    }

    /// - Parameter kinds: two bits for how many, two for what.
    private func send(_ bytes: [UInt8], _ kinds: UInt8) {
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

    private func pump() -> Bool {
        do {
            while true {
                switch try backend.receive() {
                case .nothing:
                    serve()
                    drain()
                    return true
                case .closed: return false
                case .readConfiguration(let offset, let count):
                    try backend.answerConfiguration(offset: offset, [UInt8](repeating: 0, count: count))
                case .replaceKick(let queue, let kick): backend.replaceKick(of: queue, with: kick)
                case .stopRing(let queue):
                    try backend.answerVringBase(queue: queue)
                default: break
                }
                try backend.acknowledge()
            }
        } catch {
            return false
        }
    }

    private func serve() {
        _ = backend.notifyConfigurationChange()
        var chain = DescriptorChain()
        for queue in 0..<VhostUserBackend.mostQueues {
            backend.forEachRingPages(queue) { start, count in precondition(count > 0 && start < 1 << 32) }
            _ = backend.isBlank(queue)
            guard backend.isActive(queue) else { continue }
            _ = backend.drainKick(queue)
            for _ in 0..<16 {
                do throws(QueueFault) {
                    guard try backend.next(queue, into: &chain) != .empty else {
                        _ = backend.rearm(queue)
                        break
                    }
                    backend.complete(queue, head: chain.head)
                } catch {
                    backend.fail(queue, "\(error), \(backend.isLost(queue))")
                }
            }
        }
    }

    /// Takes answers, so that the socket does not fill.
    private func drain() {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            var none: [CInt] = []
            var surplus = false
            while case .bytes? = try? front.receive(into: buffer, descriptors: &none, limit: 0, surplus: &surplus) {}
        }
    }
}
