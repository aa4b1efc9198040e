package import Balloon

/// As much of a flattened device tree as tells where memory is.
struct DeviceTree {
    private let words: UnsafePointer<UInt32>
    private let count: Int
    private let structure: Int
    private let strings: Int

    /// `nil` if there is no tree, or one that cannot be right.
    init?(address: UInt64) {
        guard address % 4 == 0, let words = UnsafePointer<UInt32>(bitPattern: UInt(address)),
            UInt32(bigEndian: words[0]) == 0xd00d_feed
        else { return nil }
        let bytes = Int(UInt32(bigEndian: words[1]))
        let structure = Int(UInt32(bigEndian: words[2]))
        let strings = Int(UInt32(bigEndian: words[3]))
        guard bytes <= 1 << 21, structure % 4 == 0, structure < bytes, strings < bytes else { return nil }
        self.words = words
        count = bytes / 4
        self.structure = structure / 4
        self.strings = strings
    }

    private func word(_ index: Int) -> UInt32? { index >= 0 && index < count ? UInt32(bigEndian: words[index]) : nil }

    private func byte(_ offset: Int) -> UInt8 {
        guard offset >= 0, offset < count * 4 else { return 0 }
        return UnsafeRawPointer(words).load(fromByteOffset: offset, as: UInt8.self)
    }

    private func begins(_ offset: Int, _ text: StaticString) -> Bool {
        text.withUTF8Buffer { buffer in
            for index in 0..<buffer.count where byte(offset + index) != buffer[index] { return false }
            return true
        }
    }

    /// The first piece of memory, in pages.
    func memory() -> PageRun? {
        var index = structure
        var isMemory = false
        while let token = word(index) {
            index += 1
            switch token {
            case 1:
                isMemory = begins(index * 4, "memory")
                while byte(index * 4) != 0, byte(index * 4 + 1) != 0, byte(index * 4 + 2) != 0, byte(index * 4 + 3) != 0
                {
                    index += 1
                }
                index += 1
            case 2, 4: break
            case 3:
                guard let length = word(index), let name = word(index + 1), length <= 1 << 20 else { return nil }
                if isMemory, length >= 16, begins(strings + Int(name), "reg"), byte(strings + Int(name) + 3) == 0,
                    let high = word(index + 2), let low = word(index + 3), let sizeHigh = word(index + 4),
                    let sizeLow = word(index + 5)
                {
                    let start = UInt64(high) << 32 | UInt64(low)
                    let size = UInt64(sizeHigh) << 32 | UInt64(sizeLow)
                    return PageRun(start: start >> 12, count: size >> 12)
                }
                index += 2 + (Int(length) + 3) / 4
            default: return nil
            }
        }
        return nil
    }
}
