internal import Balloon

/// Where free page hinting stands, and which blocks were hinted and not released.
struct HintingState: ~Copyable {
    /// A number for blocks in the queue's tokens; commands have 0 to 3.
    static let blockToken = 255

    enum Phase: Equatable {
        /// No command is being answered.
        case idle
        /// The command's id is to be sent (spec D25).
        case toStart
        /// Blocks are sent (spec D27).
        case sending
        /// STOP is to be sent (spec D29).
        case toStop
    }

    var phase = Phase.idle
    /// The id being answered, or answered last: at least 2, or 0 for none.
    var command: UInt32 = 0
    /// Which of the four words for commands the device has, as bits.
    var wordsInFlight: UInt8 = 0
    private(set) var count = 0
    private let blocks: UnsafeMutableBufferPointer<PageRun>

    init(blocks: UnsafeMutableBufferPointer<PageRun>) {
        self.blocks = blocks
    }

    var isFull: Bool { count >= min(blocks.count, DriverMemory.hintBlocks) }

    mutating func push(_ block: PageRun) {
        guard !isFull else { return }
        blocks.initializeElement(at: count, to: block)
        count += 1
    }

    mutating func pop() -> PageRun? {
        guard count > 0 else { return nil }
        count -= 1
        return blocks[count]
    }

    /// The conversation is void; the blocks remain.
    mutating func reset() {
        phase = .idle
        command = 0
        wordsInFlight = 0
    }
}
