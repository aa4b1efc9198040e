internal import Linux
internal import VhostUser
internal import Virtio

/// A hostile VMM: messages, halves of messages, descriptors of all kinds, and what it writes into shared memory.
///
/// The input is a row of records: a byte that says what follows, a length, the bytes. See ``Record``.
public enum MessageFuzz {
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
    private let vmm: HostileVMM
    private var backend: VhostUserBackend

    init() throws {
        let pair = try Socket.Pair()
        vmm = try HostileVMM(socket: try pair.left.duplicate())
        backend = VhostUserBackend(
            socket: try pair.right.duplicate(),
            description: .init(
                features: 0x3f | 1 << 28 | 1 << 29 | 1 << 32 | 1 << 34, queueCount: 5, configurationSize: 16))
    }

    /// - Returns: false once the connection is over.
    func play(_ record: Record) -> Bool {
        switch record {
        case .message(let request, let flags, let payload, let descriptors):
            let header = [UInt8](littleEndian: request, flags, UInt32(payload.count))
            vmm.send(header + payload, descriptors)
        case .bytes(let bytes, let descriptors): vmm.send(bytes, descriptors)
        case .poke(let offset, let bytes): vmm.poke(offset, bytes)
        case .truncate(let size): vmm.truncateMemory(size)
        }
        return pump()
    }

    private func pump() -> Bool {
        do {
            while true {
                switch try backend.receive() {
                case .nothing:
                    serve()
                    vmm.drain()
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
}
