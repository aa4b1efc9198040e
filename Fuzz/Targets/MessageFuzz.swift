internal import Linux
internal import VhostUser

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
    case other(HostileAct)

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
        default: self = .other(HostileAct(control, &script))
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
        case .other(let act): vmm.play(act)
        }
        return pump()
    }

    private func pump() -> Bool {
        do {
            while true {
                switch try backend.receive() {
                case .nothing:
                    backend.serve()
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
}
