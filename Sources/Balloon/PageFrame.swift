/// The unit of the balloon: 4096 bytes, whatever pages guest and host use (VIRTIO 1.4 §5.5.6).
public enum PageFrame {
    /// Bytes.
    public static let size: UInt64 = 4096
    /// Bits by which an address is shifted to be a page frame number.
    public static let shift: UInt64 = 12
}
