internal import Virtio

/// One thing that a device has to do, and how a guest sees whether it does.
public struct Check<Platform: CheckPlatform>: Sendable {
    public typealias Guest = CheckGuest<Platform>

    /// The row of the specification's checklist or of the attacks, such as `spec V4`.
    public let row: String
    /// What should hold.
    public let sentence: String
    /// The kind of rings that the guest has.
    private var kind = RingKind.split
    private let body: @Sendable (Guest) throws(CheckError) -> Void

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
    public static func expect(_ holds: Bool, _ reason: @autoclosure () -> String) throws(CheckError) {
        guard holds else { throw .failed(reason()) }
    }
}
