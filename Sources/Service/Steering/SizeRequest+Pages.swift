internal import Balloon
internal import ControlAPI

/// An operator's request, seen from the guest that it is for.
extension SizeRequest {
    /// For people.
    ///
    /// - Parameters:
    ///   - mode: what becomes of decisions under a budget; `nil`: there is none.
    ///   - max: the guest's memory in bytes; `nil`: unknown.
    func wish(under mode: BudgetMode?, max: UInt64?) -> String {
        guard let mode, mode != .watch else {
            return sees.map { "the guest is to see \($0)" } ?? "a balloon of \(balloon ?? 0)"
        }
        guard balloon?.bytes != 0, sees == nil || sees?.bytes != max else {
            return "no cap: the budget decides how much the guest sees"
        }
        let cap = sees.map { "the guest is to see \($0) at most" } ?? "a balloon of \(balloon ?? 0) at the least"
        return "\(cap); how much it sees below that is for the budget to decide"
    }

    /// Bytes.
    var numbers: [String: UInt64] {
        var numbers: [String: UInt64] = [:]
        numbers["sees"] = sees?.bytes
        numbers["balloon"] = balloon?.bytes
        return numbers
    }

    /// What is wrong with it, in one line.
    ///
    /// - Parameters:
    ///   - shared: the memory that its VMM shares, in bytes; `nil`: unknown.
    ///   - max: what the guest has of that.
    func problem(shared: UInt64?, max: UInt64?) -> String? {
        switch (sees?.bytes, balloon?.bytes) {
        case (nil, nil), (.some, .some):
            return "give exactly one of sees and balloon, in bytes"
        case (.some(let sees), nil):
            if sees < 1 << 20 { return "sees \(sees) bytes: a guest needs 1M at the least" }
            if let shared, sees > shared {
                return "sees \(ByteSize(sees)) is more than the guest's \(ByteSize(shared))"
            }
        case (nil, .some(let balloon)):
            if let max, balloon >= max {
                return "balloon \(ByteSize(balloon)) must be less than the guest's \(ByteSize(max))"
            }
            if balloon >= 1 << 44 { return "balloon \(balloon) must be below 16 TiB" }
        }
        return nil
    }

    /// The balloon that is asked for. A guest that has less than it is to see has an empty one.
    ///
    /// - Parameters:
    ///   - shared: what its VMM shares.
    ///   - counted: what the guest has of that.
    /// - Throws: why the guest cannot have it.
    func pages(of shared: Pages, counting counted: Pages) throws(SizeRefusal) -> Pages {
        if let sees = sees?.bytes {
            guard sees <= shared.bytes else {
                throw SizeRefusal("the guest was to see \(ByteSize(sees)), but has only \(ByteSize(shared))")
            }
            return (counted - Pages(bytes: sees)).orNone
        }
        let balloon = balloon?.bytes ?? 0
        guard balloon < counted.bytes else {
            throw SizeRefusal(
                "a balloon of \(ByteSize(balloon)) was asked for, but the guest has only \(ByteSize(counted))")
        }
        return Pages(bytes: balloon)
    }
}

/// Why a guest cannot have the size that was asked for.
struct SizeRefusal: Error {
    let sentence: String

    init(_ sentence: String) {
        self.sentence = sentence
    }
}
