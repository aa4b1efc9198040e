package import ControlAPI
internal import Glibc

/// The options that give a guest of QEMU its memory and its balloon.
package struct QEMUArguments: Sendable {
    private let guest: String
    private let door: GuestDoor
    private let socket: String
    private let max: ByteSize?

    /// - Parameters:
    ///   - door: the protocol that is spoken on the socket.
    ///   - socket: the path on which the daemon serves this guest; a relative one is taken from the current folder.
    ///   - max: the guest's memory, if it is known.
    package init(guest: String, door: GuestDoor, socket: String, max: ByteSize?) {
        self.guest = guest
        self.door = door
        self.socket = socket
        self.max = max
    }

    package var options: QEMUOptions {
        QEMUOptions(arguments: pairs.flatMap { [$0, $1] }, shell: shell, notes: notes)
    }

    private static let unknownSize = "SIZE"

    /// Each option with its value.
    private var pairs: [(String, String)] {
        let size = max.map(\.exact) ?? Self.unknownSize
        // QEMU reads a number without a unit as MiB after -m.
        let memory = max.map { $0.bytes % 0x400 == 0 ? size : "\($0.bytes)B" } ?? size
        return [
            ("-m", memory),
            ("-object", "memory-backend-memfd,id=aerostat-mem,size=\(size),share=on"),
            ("-machine", "memory-backend=aerostat-mem"),
        ] + device
    }

    private var device: [(String, String)] {
        switch door {
        case .vhostUser:
            [
                ("-chardev", "socket,id=aerostat-vb,path=\(absoluteSocket.replacing(",", with: ",,"))"),
                (
                    "-device",
                    "vhost-user-test-device-pci,chardev=aerostat-vb,virtio-id=5,num_vqs=5,vq_size=128,config_size=16"
                ),
            ]
        case .vfioUser:
            // The socket is an object of QEMU's, for which there is no other form.
            [
                (
                    "-device",
                    #"{"driver":"vfio-user-pci","id":"aerostat-vb","socket":{"type":"unix","path":"\#(jsonSocket)"}}"#
                )
            ]
        }
    }

    /// The path inside a JSON string.
    private var jsonSocket: String {
        absoluteSocket.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }

    private var shell: String {
        pairs.map { "\($0) \(Self.quote($1))" }.joined(separator: " \\\n")
    }

    private var notes: [String] {
        var notes: [String] = []
        if max == nil {
            notes.append(
                "replace \(Self.unknownSize), twice, by the guest's memory, such as 2G: \(guest) has no max= and no VMM is connected"
            )
        }
        notes.append("start the daemon before QEMU, and keep it running as long as the guest runs")
        notes.append("QEMU 10.1 or newer is needed; the memory must be shared (share=on), or the balloon does nothing")
        if door == .vfioUser {
            notes.append(
                "do not unplug this device (device_del): QEMU aborts; do not migrate: the device is lost silently")
        }
        return notes
    }

    private var absoluteSocket: String {
        if socket.hasPrefix("/") { return socket }
        guard let folder = getcwd(nil, 0) else { return socket }
        defer { free(folder) }
        return String(cString: folder) + "/" + socket
    }

    /// Quotes for a POSIX shell where that is needed.
    private static func quote(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./,=:+@%".utf8.contains(byte)
            }
        }
        return plain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
