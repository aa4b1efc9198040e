public import ControlAPI

/// Whose balloon a machine has.
public enum BalloonChoice: Sendable, Equatable {
    case none
    /// QEMU's own virtio-balloon-pci with these properties (`deflate-on-oom=on`, ...).
    case qemu(properties: [String] = [])
    /// A device behind a vhost-user socket: ours.
    case vhostUser(socket: String, queues: Int = 5, queueSize: Int = 128, configSize: Int = 16)
    /// A PCI function behind a vfio-user socket: ours.
    case vfioUser(socket: String)

    /// Our device behind a socket that is served by this door.
    public static func ours(_ door: GuestDoor, socket: String) -> BalloonChoice {
        switch door {
        case .vhostUser: .vhostUser(socket: socket)
        case .vfioUser: .vfioUser(socket: socket)
        }
    }

    /// QEMU's options; `bus` is where the device is plugged in.
    func options(device: String, bus: String? = nil) -> [String] {
        let place = bus.map { ",bus=\($0)" } ?? ""
        switch self {
        case .none:
            return []
        case .qemu(let properties):
            let words = (["virtio-balloon-pci", "id=balloon0"] + properties).joined(separator: ",")
            return ["-device", words + place]
        case .vhostUser(let socket, let queues, let queueSize, let configSize):
            return [
                "-chardev", "socket,id=balloonchr0,path=\(socket.replacing(",", with: ",,"))",
                "-device",
                "\(device),id=balloon0,chardev=balloonchr0,virtio-id=5,num_vqs=\(queues),vq_size=\(queueSize)"
                    + ",config_size=\(configSize)\(place)",
            ]
        case .vfioUser(let socket):
            let path = socket.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            let place = bus.map { #","bus":"\#($0)""# } ?? ""
            let address = #"{"type":"unix","path":"\#(path)"}"#
            return ["-device", #"{"driver":"vfio-user-pci","id":"balloon0","socket":\#(address)\#(place)}"#]
        }
    }
}
