internal import Linux

/// How the driver is told: MSI-X vectors, or INTx with its status register (VIRTIO 1.4 §4.1.4.5, §4.1.5.3).
///
/// Each is an eventfd of the VMM's. INTx masks itself when it is raised, and the VMM unmasks it when the driver has
/// looked; a cause that is still not acknowledged then raises it again.
struct Interrupts: ~Copyable {
    static let vectorCount = 6

    /// Causes, as bits of the status register.
    static let queueCause: UInt8 = 1
    static let configurationCause: UInt8 = 2

    /// VFIO's kinds of interrupts.
    enum Kind: UInt32 {
        case pin = 0
        case messages = 2

        var count: UInt32 { self == .pin ? 1 : UInt32(Interrupts.vectorCount) }
    }

    private struct Line: ~Copyable {
        var event: EventCounter?

        borrowing func signal() -> Bool {
            switch event {
            case .some(let event):
                event.signal()
                return true
            case .none: return false
            }
        }
    }

    private var vectors = InlineArray<6, Line> { _ in Line() }
    private var pin = Line()
    private var isMasked = false
    /// Causes that the driver has not read.
    private var status: UInt8 = 0

    init() {}

    /// Sets or removes (`nil`) what one interrupt signals. `index` has to be below the kind's count.
    mutating func assign(_ kind: Kind, _ index: Int, _ event: consuming EventCounter?) {
        switch kind {
        case .pin:
            pin.event = event
            setMask(false)
        case .messages: vectors[index].event = event
        }
    }

    /// - Returns: false if nobody can be told.
    func signalMessage(_ vector: UInt16) -> Bool {
        guard vector < UInt16(Self.vectorCount) else { return false }
        return vectors[Int(vector)].signal()
    }

    /// Adds a cause and raises INTx.
    ///
    /// - Returns: false if nobody can be told.
    mutating func raisePin(_ cause: UInt8) -> Bool {
        status |= cause
        if !isMasked { isMasked = pin.signal() }
        return isMasked
    }

    /// The driver reads the causes, and acknowledges them by that.
    mutating func takeStatus() -> UInt8 {
        defer { status = 0 }
        return status
    }

    mutating func setMask(_ masked: Bool) {
        isMasked = masked
        if !masked, status != 0 { _ = raisePin(0) }
    }

    /// The VMM raises an interrupt itself, for a test of its own.
    func trigger(_ kind: Kind, _ index: Int) {
        switch kind {
        case .pin: _ = pin.signal()
        case .messages: _ = signalMessage(UInt16(clamping: index))
        }
    }

    /// The function was reset: no cause is left. What the VMM assigned stays.
    mutating func reset() {
        status = 0
        isMasked = false
    }
}
