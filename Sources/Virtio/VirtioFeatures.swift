/// Feature bits that are not of one device (VIRTIO 1.4 §6).
public enum VirtioFeatures {
    /// Buffers may be tables of further descriptors.
    public static let indirectDescriptors: UInt64 = 1 << 28
    /// Notifications are steered by indices instead of flags.
    public static let eventIndex: UInt64 = 1 << 29
    /// A device and driver of VIRTIO 1.0 or later.
    public static let version1: UInt64 = 1 << 32
    /// Rings are packed instead of split.
    public static let packedRing: UInt64 = 1 << 34
}
