internal import Linux
internal import VfioUser

/// A hostile VMM over vfio-user, with a hostile driver behind it: messages, halves of messages, registers, descriptors
/// of all kinds, and what is written into shared memory.
///
/// The input is a row of records: a byte that says what follows, a place or a length, the bytes. See ``Record``.
public enum FunctionFuzz {
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
    case message(command: UInt16, flags: UInt32, payload: [UInt8], descriptors: UInt8)
    /// A write of a region: what a driver does to registers.
    case write(region: UInt32, flags: UInt32, offset: Int, [UInt8])
    case other(HostileAct)

    init(_ script: inout Script) {
        let control = script.byte()
        switch control & 3 {
        case 0:
            let command = UInt16(script.byte() % 20)
            self = .message(
                command: command, flags: control & 4 == 0 ? 0 : 0x10, payload: Array(script.piece(Int(script.byte()))),
                descriptors: control >> 4)
        case 1:
            let offset = Int(script.word16())
            self = .write(
                region: control & 4 == 0 ? 0 : 7, flags: control & 8 == 0 ? 0 : 0x10, offset: offset,
                Array(script.piece(Int(control >> 4))))
        default: self = .other(HostileAct(control, &script))
        }
    }
}

/// The VMM's end, and a server with a device that serves its queues.
private final class Machine {
    private let vmm: HostileVMM
    private var backend: VfioUserBackend

    init() throws {
        let pair = try Socket.Pair()
        vmm = try HostileVMM(socket: try pair.left.duplicate())
        backend = VfioUserBackend(
            socket: try pair.right.duplicate(),
            description: .init(
                deviceNumber: 5, features: 0x3f | 1 << 28 | 1 << 29 | 1 << 32, queueCount: 5, configurationSize: 16))
        send(1, flags: 0, [0, 0, 0, 0], kinds: 0)
    }

    /// - Returns: false once the connection is over.
    func play(_ record: Record) -> Bool {
        switch record {
        case .message(let command, let flags, let payload, let descriptors):
            send(command, flags: flags, payload, kinds: descriptors)
        case .write(let region, let flags, let offset, let bytes):
            send(
                10, flags: flags, VfioUserFrontEnd.access(region, offset: offset, count: bytes.count) + bytes, kinds: 0)
        case .other(let act): vmm.play(act)
        }
        return pump()
    }

    private func send(_ command: UInt16, flags: UInt32, _ payload: [UInt8], kinds: UInt8) {
        let header = [UInt8](littleEndian: UInt32(command) << 16, UInt32(16 + payload.count), flags, 0)
        vmm.send(header + payload, kinds)
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
                    precondition(offset >= 0 && count >= 0 && count <= 4096)
                    try backend.answerConfiguration([UInt8](repeating: 0, count: count))
                case .notified(let queue): precondition(queue < 5)
                default: break
                }
            }
        } catch {
            return false
        }
    }
}
