/// The protocol by which a VMM reaches a guest's balloon.
public enum GuestDoor: String, Codable, Sendable, CaseIterable {
    /// QEMU's generic vhost-user device.
    case vhostUser = "vhost-user"
    /// A PCI function of our own.
    case vfioUser = "vfio-user"
}
