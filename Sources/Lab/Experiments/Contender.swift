/// One of the balloons that an experiment compares.
public struct Contender: Sendable, Hashable, Codable {
    public enum Device: String, Sendable, Hashable, Codable {
        case none
        case qemu
        /// Ours, over vhost-user.
        case aerostat
        /// Ours, over vfio-user.
        case vfioUser = "aerostat-vfio-user"
    }

    public var device: Device
    public var deflatesOnOOM: Bool

    public init(_ device: Device, deflatesOnOOM: Bool = false) {
        self.device = device
        self.deflatesOnOOM = deflatesOnOOM
    }

    public static let none = Contender(.none)

    /// A short name for tables.
    public var name: String {
        switch device {
        case .none: "no balloon"
        case .qemu: "QEMU's device" + suffix
        case .aerostat: "Aerostat" + suffix
        case .vfioUser: "Aerostat, vfio-user" + suffix
        }
    }

    private var suffix: String { deflatesOnOOM ? ", deflate-on-oom" : "" }
}
