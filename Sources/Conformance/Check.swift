import Virtio

/// One thing that a device has to do, and how a guest sees whether it does.
struct Check: Sendable {
    let row: String
    let sentence: String
    let body: @Sendable (ProbeGuest) throws -> Void
    /// The rings that the guest has.
    private(set) var kind = RingKind.split

    init(_ row: String, _ sentence: String, _ body: @escaping @Sendable (ProbeGuest) throws -> Void) {
        self.row = row
        self.sentence = sentence
        self.body = body
    }

    /// All checks, in the order in which they are run: the attacks last.
    static let all: [Check] =
        pages + configuration + statistics + hinting + reporting + life + badChains + badPages + badRings
        + (pages + life + badPackedChains).map(\.onPackedRings)

    /// The same with a guest that has packed rings.
    private var onPackedRings: Check {
        var check = Check(row, "\(sentence), on packed rings", body)
        check.kind = .packed
        return check
    }

    /// Ends the check unless something holds.
    static func expect(_ holds: Bool, _ reason: @autoclosure () -> String) throws {
        guard holds else { throw CheckError.failed(reason()) }
    }
}
