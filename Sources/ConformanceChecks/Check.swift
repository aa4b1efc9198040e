internal import Virtio

/// One thing that a device has to do, and how a guest sees whether it does.
public struct Check<Platform: CheckPlatform>: Sendable {
    /// What a check plays with.
    public typealias Guest = CheckGuest<Platform>

    /// The row of the specification's checklist or of the attacks, such as `spec V4`.
    public let row: String
    /// What should hold.
    public let sentence: String
    /// The kind of rings that the guest has.
    private var kind = RingKind.split
    private let body: @Sendable (Guest) throws(CheckError) -> Void

    /// A check, which runs on split rings.
    ///
    /// - Parameters:
    ///   - row: the rule's row in a checklist.
    ///   - sentence: what should hold, in words.
    ///   - body: plays it with a fresh guest. It throws ``CheckError/failed(_:)`` for a device that departs from the rule, and
    ///     ``CheckError/skipped(_:)`` where the rule does not apply.
    public init(
        _ row: String, _ sentence: String, _ body: @escaping @Sendable (Guest) throws(CheckError) -> Void
    ) {
        self.row = row
        self.sentence = sentence
        self.body = body
    }

    /// All checks that can be played on any platform, in the order in which they are run: the attacks last.
    public static var all: [Check] {
        pages + configuration + statistics + hinting + reporting + life + badChains + badPages + badRings
            + (pages + life + badPackedChains).map { $0.onPackedRings }
    }

    /// The same check with a guest that has packed rings.
    public var onPackedRings: Check {
        var check = Check(row, "\(sentence), on packed rings", body)
        check.kind = .packed
        return check
    }

    /// Plays the check with a guest that was made for it.
    public func outcome(_ guest: Guest) -> Outcome {
        guest.kind = kind
        if kind == .packed, guest.platform.offeredFeatures & VirtioFeatures.packedRing == 0 {
            return .skipped("packed rings are not offered")
        }
        do throws(CheckError) {
            try body(guest)
            return .passed
        } catch {
            switch error {
            case .failed(let reason): return .failed(reason)
            case .skipped(let reason): return .skipped(reason)
            }
        }
    }

    /// Ends the check unless something holds.
    ///
    /// - Throws: ``CheckError/failed(_:)`` with `reason`.
    public static func expect(_ holds: Bool, _ reason: @autoclosure () -> String) throws(CheckError) {
        guard holds else { throw .failed(reason()) }
    }
}
