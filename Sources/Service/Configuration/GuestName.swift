/// What a guest may be called.
enum GuestName {
    /// Throws a sentence that says what a name may be.
    static func check(_ name: String) throws(ValueError) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isPlain, let first = name.first, first.isLetter || first.isNumber, name.utf8.count <= 64 else {
            throw ValueError(
                "\(name.debugDescription) is no name for a guest; write letters, digits, -, _ and ., at most 64, and a letter or digit first"
            )
        }
    }
}
