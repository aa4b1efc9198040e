/// The function's regions, and what lies where in its memory BARs.
enum RegionLayout {
    /// Region indices are VFIO's: BAR 0 to 5, ROM, configuration space, VGA.
    static let bar: UInt32 = 0
    static let messageBar: UInt32 = 1
    static let configuration: UInt32 = 7
    static let count: UInt32 = 9

    /// The structures of virtio-pci, a page apart, so that a VMM may map them apart.
    static let common = 0x0000
    static let interruptStatus = 0x1000
    static let device = 0x2000
    static let notification = 0x3000
    static let notificationMultiplier = 4
    static let barSize = 0x4000

    static let messageTable = 0x000
    static let messagePending = 0x800
    static let messageBarSize = 0x1000

    /// Bytes; 0 where there is no such region.
    static func size(of region: UInt32) -> Int {
        switch region {
        case bar: barSize
        case messageBar: messageBarSize
        case configuration: ConfigurationSpace.size
        default: 0
        }
    }
}
