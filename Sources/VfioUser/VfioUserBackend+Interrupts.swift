internal import Glibc
internal import Linux

extension VfioUserBackend {
    /// VFIO_IRQ_SET: what kind of data comes with the message, and what is to be done.
    private enum Flag {
        static let none: UInt32 = 1
        static let bool: UInt32 = 2
        static let event: UInt32 = 4
        static let data = none | bool | event
        static let mask: UInt32 = 8
        static let unmask: UInt32 = 16
        static let trigger: UInt32 = 32
        static let action = mask | unmask | trigger
    }

    func describeInterrupts(_ message: borrowing Message) throws(VfioUserError) {
        let index = try message.word32(at: 8)
        let (flags, count): (UInt32, UInt32)
        switch (index, Interrupts.Kind(rawValue: index)) {
        // Eventfd, maskable, masks itself.
        case (_, .pin): (flags, count) = (7, 1)
        // Eventfd; vectors may be added one by one.
        case (_, .messages): (flags, count) = (1, UInt32(Interrupts.vectorCount))
        // MSI: none.
        case (1, _): (flags, count) = (0, 0)
        // Errors and requests of a physical device.
        default: return try channel.reply(to: message.origin, errno: UInt32(EINVAL))
        }
        var payload: [UInt8] = []
        for word in [16, flags, index, count] { payload.append(littleEndian: word) }
        try channel.reply(to: message.origin, payload)
    }

    mutating func setInterrupts(_ message: inout Message) throws(VfioUserError) -> Action {
        let flags = try message.word32(at: 4)
        let index = try message.word32(at: 8)
        let start = try message.word32(at: 12)
        let count = try message.word32(at: 16)
        let action = flags & Flag.action
        guard (flags & Flag.data).nonzeroBitCount == 1, action.nonzeroBitCount == 1 else {
            throw .badValue(.setInterrupts, "flags 0x\(String(flags, radix: 16)) are no data and action")
        }
        let disables = flags & Flag.none != 0 && action == Flag.trigger && count == 0
        guard let kind = Interrupts.Kind(rawValue: index) else {
            // There are none to disable, and none to set.
            try channel.reply(to: message.origin, errno: disables ? 0 : UInt32(EINVAL))
            return .done
        }
        guard start <= kind.count, count <= kind.count - start else {
            throw .badValue(.setInterrupts, "\(count) from \(start) of \(kind.count) \(kind)")
        }
        if disables {
            for line in 0..<Int(kind.count) { interrupts.assign(kind, line, nil) }
            try channel.reply(to: message.origin)
            return .done
        }
        let lines = Int(start)..<Int(start + count)
        // Vectors are masked by the VMM, in its table; an event that unmasks INTx (KVM's) is not offered, and the VMM
        // then unmasks by messages.
        let isPossible =
            flags & Flag.event != 0 ? action == Flag.trigger : action == Flag.trigger || kind == .pin
        guard isPossible else {
            try channel.reply(to: message.origin, errno: UInt32(EINVAL))
            return .done
        }
        if flags & Flag.event != 0 {
            try assign(kind, lines, &message)
        } else {
            try perform(action, kind, lines, message, hasBooleans: flags & Flag.bool != 0)
        }
        try channel.reply(to: message.origin)
        return .done
    }

    private mutating func assign(
        _ kind: Interrupts.Kind, _ lines: Range<Int>, _ message: inout Message
    ) throws(VfioUserError) {
        // None at all takes the events of these lines away.
        guard message.descriptorCount == 0 || message.descriptorCount == lines.count else {
            throw .badValue(.setInterrupts, "\(message.descriptorCount) descriptors for \(lines.count) interrupts")
        }
        for line in lines {
            guard let descriptor = message.takeDescriptor() else {
                interrupts.assign(kind, line, nil)
                continue
            }
            do throws(SystemError) {
                interrupts.assign(kind, line, try EventCounter(adopting: OwnedDescriptor(owning: descriptor)))
            } catch {
                throw .badValue(.setInterrupts, "the descriptor is not an eventfd")
            }
        }
    }

    private mutating func perform(
        _ action: UInt32, _ kind: Interrupts.Kind, _ lines: Range<Int>, _ message: borrowing Message,
        hasBooleans: Bool
    ) throws(VfioUserError) {
        if hasBooleans { try message.checkSize(MessageLayout.interruptSetSize + lines.count) }
        for (index, line) in lines.enumerated() {
            if hasBooleans, message.payload[MessageLayout.interruptSetSize + index] == 0 { continue }
            switch action {
            case Flag.mask: interrupts.setMask(true)
            case Flag.unmask: interrupts.setMask(false)
            default: interrupts.trigger(kind, line)
            }
        }
    }
}
