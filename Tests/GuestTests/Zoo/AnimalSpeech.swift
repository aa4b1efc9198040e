import Balloon

/// One set of statistics of an animal.
struct AnimalSpeech {
    /// As they lie in the buffer.
    let bytes: [UInt8]

    init(_ animal: Animal, _ memory: AnimalMemory, answers: UInt64, kills: Int) {
        var values: [StatisticsTag: UInt64] = Dictionary(
            uniqueKeysWithValues: StatisticsTag.allCases.map { ($0, 0) })
        func pages(_ count: Int) -> UInt64 { UInt64(max(0, count)) << 12 }
        values[.freeMemory] = pages(memory.free)
        values[.availableMemory] = pages(memory.available)
        values[.diskCaches] = pages(memory.cache)
        values[.totalMemory] = pages(memory.total - (animal.speech.shrinksTotal ? memory.held : 0))
        values[.oomKills] = UInt64(kills)
        values[.minorFaults] = 1000 * answers
        switch animal.speech.lie {
        case .none: break
        case .low:
            values[.availableMemory] = 4 << 20
            values[.freeMemory] = 4 << 20
            values[.totalMemory] = 128 << 20
        case .high:
            values[.availableMemory] = pages(memory.has)
            values[.freeMemory] = pages(memory.has)
            values[.totalMemory] = pages(4 * memory.has)
        case .flapping:
            if answers % 2 == 1 {
                for tag in [StatisticsTag.availableMemory, .freeMemory, .totalMemory] { values[tag] = 1 << 63 }
            } else {
                for tag in [StatisticsTag.availableMemory, .freeMemory, .totalMemory] { values[tag] = 0 }
            }
        case .rubbish:
            // What Windows sends: a count of -1 pages, and 32 bits whose sign was extended.
            guard answers % 2 == 1 else { break }
            values[.swapIn] = 0xffff_ffff_ffff_f000
            values[.swapOut] = 0xffff_ffff_ffff_f000
            values[.majorFaults] = 0xffff_ffff_8000_0000 + answers
            values[.minorFaults] = 0xffff_ffff_9000_0000
        }
        var bytes: [UInt8] = []
        for tag in StatisticsTag.allCases where animal.speech.tags.contains(tag) {
            withUnsafeBytes(of: tag.rawValue.littleEndian) { bytes += $0 }
            withUnsafeBytes(of: (values[tag] ?? 0).littleEndian) { bytes += $0 }
        }
        self.bytes = bytes
    }

    /// The pages that a set says are available, or are free where it does not say.
    static func available(in bytes: [UInt8]) -> Int? {
        var set = BalloonStatistics()
        bytes.withUnsafeBytes { set.decode($0) }
        return (set[.availableMemory] ?? set[.freeMemory]).map { Int(clamping: $0 >> 12) }
    }
}
