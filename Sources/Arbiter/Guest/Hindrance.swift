/// What keeps a balloon from growing, though nothing is wrong with its guest. It may shrink as ever, and an alarm is one.
struct Hindrance: Sendable, Codable {
    /// Why the guest's memory cannot be given, in a sentence for people; `nil`: it can.
    private(set) var fixed: String?
    /// The guest tells which of its memory is free: until it has, that is in its driver's hands, and what it says of itself means
    /// nothing.
    private(set) var isHinting = false

    var isThere: Bool { fixed != nil || isHinting }

    mutating func note(fixed why: String?) { fixed = why }
    mutating func note(hinting isHinting: Bool) { self.isHinting = isHinting }
}
